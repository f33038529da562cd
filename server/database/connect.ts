import postgres from 'postgres';

/**
 * The database. Rows carry plain values: instants as ISO text, bigints as numbers, JSON parsed. Every write is one
 * statement; there is no `sql.begin` here, since postgres.js cannot keep one sound when its connection dies.
 */
export type Sql = postgres.Sql;

export type ConnectOptions = {
  /** Connections at most; 10 when not given. */
  max?: number;
  /** Shown by the database as application_name, after `baton`. */
  name: string;
};

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/** Opens a pool, lazily: nothing is sent before the first statement. Close it with `sql.end()`. */
export function connect(url: string, { max = 10, name }: ConnectOptions): Sql {
  return postgres(withoutChannelBinding(url), {
    max,
    onnotice: () => {},
    connect_timeout: 10,
    connection: {
      application_name: applicationName(name),
      // Off by default in Postgres, where one stuck client could then hold a row for ever.
      statement_timeout: 10_000,
      lock_timeout: 3_000,
      idle_in_transaction_session_timeout: 10_000,
      TimeZone: 'UTC',
      // A plan is made once and kept: made while a table is small, it would go through the whole of it ever after.
      // Everything that a step touches has an index; what has none is still read from end to end.
      enable_seqscan: 'off',
    },
    types: {
      instant: { to: TIMESTAMPTZ, from: [TIMESTAMPTZ], serialize: String, parse: instantOf },
      int8: { to: INT8, from: [INT8], serialize: String, parse: Number },
    },
  });
}

/** How a pool calls itself in pg_stat_activity; the embedded Postgres is stopped when no such client is left. */
export function applicationName(name: string): string {
  return `baton ${name}`;
}

/** True when the connection failed, not the statement: whether the statement took effect is then unknown. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return /^(08...|57P0[123]|CONNECTION_\w+|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(
    error.code,
  );
}

/**
 * Runs something that may safely run twice, and runs it again after a connection error. Twice at most, since after a
 * kill the *next* statement may be rejected with the old connection's 57P01 (seen with postgres.js 3.4.9).
 */
export async function retryRead<T>(read: () => PromiseLike<T>): Promise<T> {
  for (let again = 2; ; again -= 1) {
    try {
      return await read();
    } catch (error) {
      if (again === 0 || !isConnectionError(error)) throw error;
    }
  }
}

function instantOf(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString(); // 'infinity' stays what it is
}

// Neon writes it into its addresses; postgres.js would send it to the server as a setting, which refuses it.
function withoutChannelBinding(url: string): string {
  return url.replace(/([?&])channel_binding=[^&]*&?/, '$1').replace(/[?&]$/, '');
}

/** Whether the database answers. */
export async function isReachable(sql: Sql): Promise<boolean> {
  return retryRead(() => sql`select 1`).then(
    () => true,
    () => false,
  );
}
