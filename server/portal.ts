import type { Logger } from 'pino';
import type { Actors } from './actors/actors.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Sql } from './database/connect.ts';
import type { Links } from './hand-offs/links.ts';
import type { Library } from './workflows/library.ts';

/** Everything a part of the running portal may need, made once in server/open.ts and handed down. */
export type Portal = {
  config: Config;
  log: Logger;
  clock: Clock;
  sql: Sql;
  links: Links;
  library: Library;
  actors: Actors;
  /** There may be something to do: for this process's pumps and for those of the others. */
  kick(): void;
};
