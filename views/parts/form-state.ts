import type { FileReference } from '../../machines/values.ts';

/** A form as it is shown: what was typed, what is wrong, and which files are kept already. */
export type FormState = {
  typed: Record<string, string[]>;
  problems: Record<string, string>;
  /** Files that were uploaded before, with the signed text that stands for each. */
  kept: Record<string, { file: FileReference; token: string }[]>;
};

export const EMPTY_FORM: FormState = { typed: {}, problems: {}, kept: {} };
