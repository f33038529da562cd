import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { type OpenPortal, openPortal } from '../open.ts';

/** Opens a portal for one command and closes it again, whatever happens. Only warnings are logged. */
export async function withPortal<T>(command: (portal: OpenPortal) => Promise<T>): Promise<T> {
  const portal = await openPortal(readConfig(), createLog('warn'), 'command');
  try {
    return await command(portal);
  } finally {
    await portal.close();
  }
}
