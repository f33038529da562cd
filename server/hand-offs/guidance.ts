import type { Sql } from '../database/connect.ts';

/** The guidance that a hand-off's person reads: the newest wording at the moment when the hand-off was made. */
export async function guidanceOfHandOff(sql: Sql, handOff: string): Promise<string> {
  const [row] = await sql<{ text: string }[]>`
    select g.text from hand_offs h join runs r on r.id = h.run_id
    join guidance g on g.workflow = r.workflow and g.stage = h.stage and g.version <= h.wording
    where h.id = ${handOff} order by g.version desc limit 1`;
  return row?.text ?? '';
}
