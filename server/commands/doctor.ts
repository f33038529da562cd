import { examine } from '../doctor.ts';
import { withPortal } from './with-portal.ts';

/** `baton doctor`: checks what must always hold in the database; 1 when something does not. */
export async function doctorCommand(): Promise<number> {
  return withPortal(async (portal) => {
    const examined = await examine(portal);
    for (const { name, looked, wrong } of examined) {
      process.stdout.write(`${wrong.length === 0 ? 'ok   ' : 'WRONG'} ${name} (${looked} looked at)\n`);
      for (const line of wrong.slice(0, 20)) process.stdout.write(`      ${line}\n`);
    }
    return examined.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
  });
}
