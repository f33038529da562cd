import type { Library, Published } from '../workflows/library.ts';

/** The newest version of every workflow that this address owns. Read anew each time: who is struck off is out at once. */
export async function workflowsOf({ library }: { library: Library }, email: string): Promise<Published[]> {
  const all = await library.list();
  return all.filter(({ definition }) => definition.owners.includes(email));
}
