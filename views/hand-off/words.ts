import type { Person } from '../../machines/values.ts';

/** A person as a page names them: `Emma (emma@example.com)`, or the address alone. */
export function nameOf({ name, email }: Person): string {
  return name === null || name === '' ? email : `${name} (${email})`;
}
