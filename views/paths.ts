/**
 * Every address of the portal, once: `pattern` is what server/web mounts, `to` fills it. This is the contents page.
 */
export const paths = {
  home: at('/'),
  health: at('/healthz'),
  ready: at('/readyz'),

  // Anybody
  start: at<{ workflow: string }>('/start/:workflow'),
  status: at<{ link: string }>('/s/:link'),
  handOff: at<{ link: string }>('/h/:link'),
  bundle: at<{ link: string }>('/b/:link'),
  decision: at<{ link: string }>('/h/:link/decision'),
  file: at<{ link: string; file: string }>('/h/:link/files/:file'),

  // Only on a portal without a mail provider, and only from the machine itself
  mailbox: at('/mailbox'),
  mailboxJson: at('/mailbox.json'),
  mail: at<{ mail: string }>('/mailbox/:mail'),
  mailFile: at<{ mail: string; file: string }>('/mailbox/:mail/files/:file'),
  mailHtml: at<{ mail: string }>('/mailbox/:mail/html'),
  practice: at<{ system: string }>('/practice/:system'),

  // Owners
  signIn: at('/sign-in'),
  signInLink: at<{ link: string }>('/sign-in/:link'),
  signOut: at('/sign-out'),
  workflows: at('/workflows'),
  workflow: at<{ workflow: string }>('/workflows/:workflow'),
  startLink: at<{ workflow: string }>('/workflows/:workflow/start-link'),
  outline: at<{ workflow: string }>('/workflows/:workflow/outline'),
  rehearsal: at<{ workflow: string }>('/workflows/:workflow/rehearsal'),
  guidance: at<{ workflow: string; stage: string }>('/workflows/:workflow/stages/:stage/guidance'),
  guidancePreview: at<{ workflow: string; stage: string }>('/workflows/:workflow/stages/:stage/guidance/preview'),
  guidanceRestoration: at<{ workflow: string; stage: string }>('/workflows/:workflow/stages/:stage/guidance/restoration'),
  table: at<{ workflow: string; table: string }>('/workflows/:workflow/tables/:table'),
  tableCsv: at<{ workflow: string; table: string }>('/workflows/:workflow/tables/:table/csv'),
  tableRestoration: at<{ workflow: string; table: string }>('/workflows/:workflow/tables/:table/restoration'),
  versions: at<{ workflow: string }>('/workflows/:workflow/versions'),
  version: at<{ workflow: string; version: string }>('/workflows/:workflow/versions/:version'),
  versionRestoration: at<{ workflow: string; version: string }>('/workflows/:workflow/versions/:version/restoration'),
  move: at<{ workflow: string }>('/workflows/:workflow/move'),
  queue: at('/attention'),
  runs: at('/runs'),
  run: at<{ run: string }>('/runs/:run'),
  tree: at<{ run: string }>('/runs/:run/tree'),
  children: at<{ run: string; fan: string }>('/runs/:run/children/:fan'),
  runFile: at<{ run: string; file: string }>('/runs/:run/files/:file'),
  cancellation: at<{ run: string }>('/runs/:run/cancellation'),
  retry: at<{ run: string }>('/runs/:run/retry'),
  reassignment: at<{ run: string }>('/runs/:run/reassignment'),
  course: at<{ run: string }>('/runs/:run/course'),
  acts: at('/runs/acts'),
  reopening: at<{ run: string }>('/runs/:run/reopening'),

  // Programs
  apiRuns: at('/api/v1/runs'),
  apiActs: at('/api/v1/acts'),
  apiRehearsals: at('/api/v1/rehearsals'),
  apiExploration: at('/api/v1/rehearsals/explore'),
  apiMachine: at<{ workflow: string; version: string }>('/api/v1/workflows/:workflow/versions/:version/machine'),
  apiRun: at<{ run: string }>('/api/v1/runs/:run'),
  apiChildren: at<{ run: string }>('/api/v1/runs/:run/children'),
  apiTree: at<{ run: string }>('/api/v1/runs/:run/tree'),
  apiHistory: at<{ run: string }>('/api/v1/runs/:run/history'),
  apiEvent: at<{ run: string; event: string }>('/api/v1/runs/:run/events/:event'),
  apiCheck: at('/api/v1/check'),
  apiTable: at<{ workflow: string; table: string }>('/api/v1/workflows/:workflow/tables/:table'),

  apiStartLinks: at<{ workflow: string }>('/api/v1/workflows/:workflow/start-links'),
  apiVersions: at<{ workflow: string }>('/api/v1/workflows/:workflow/versions'),
  apiVersion: at<{ workflow: string; version: string }>('/api/v1/workflows/:workflow/versions/:version'),
  apiDifferences: at<{ workflow: string; version: string; other: string }>(
    '/api/v1/workflows/:workflow/versions/:version/differences/:other',
  ),
  apiRestore: at<{ workflow: string; version: string }>('/api/v1/workflows/:workflow/versions/:version/restore'),
  apiMove: at<{ workflow: string }>('/api/v1/workflows/:workflow/move'),

  // A portal whose clock may be moved
  testClock: at('/test/clock'),

  // Anybody's editor
  workflowSchema: at('/schema/workflow.json'),

  // What pages are made of
  style: at('/assets/style.css'),
  htmx: at('/assets/htmx.js'),
  script: at('/assets/baton.js'),
} as const;

type Path<Parts> = { pattern: string; to: keyof Parts extends never ? () => string : (parts: Parts) => string };

function at<Parts extends Record<string, string> = Record<never, string>>(pattern: string): Path<Parts> {
  const to = (parts: Record<string, string> = {}) =>
    pattern.replace(/:([a-z]+)/gi, (_, name: string) => encodeURIComponent(parts[name] ?? ''));
  return { pattern, to };
}
