import { paths } from '../../views/paths.ts';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { type RunningPortal, startPortal } from '../main.ts';
import { createSignIn } from '../people/sign-in.ts';

const HALF_A_DAY_MS = 12 * 3_600_000;

/** `baton start`: runs the portal until it is told to stop (SIGTERM, SIGINT), then finishes what is under way. */
export async function startCommand(): Promise<number> {
  const config = readConfig();
  const running = await startPortal(config, createLog(config.logLevel));
  process.stdout.write(await greeting(running));
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  await running.close();
  return 0;
}

async function greeting({ portal, url }: RunningPortal): Promise<string> {
  const lines = ['', `Baton is running at ${url}`, ''];
  if (portal.config.mail.is === 'local') lines.push(`Mails appear at       ${url}${paths.mailbox.to()}`);
  const owner = ownerOfMost((await portal.library.list()).map(({ definition }) => definition.owners));
  if (owner !== undefined) {
    const id = await createSignIn(portal, owner, HALF_A_DAY_MS);
    const link = portal.links.mint('sign-in', { id, generation: 0 });
    lines.push(`Sign in as ${owner} (once): ${url}${paths.signInLink.to({ link })}`);
  }
  return `${lines.join('\n')}\n\n`;
}

/** Who owns most of the workflows: whoever looks around has to see them. */
function ownerOfMost(all: readonly (readonly string[])[]): string | undefined {
  const counts = new Map<string, number>();
  for (const owner of all.flat()) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
