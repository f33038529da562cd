import type { AskingProps } from './asking.ts';
import type { Mail } from './render.ts';

const RUN = { workflowTitle: 'Expense approval', runTitle: 'Expense of $7,500.00', contact: 'ops@example.com', version: 3 };
const ANA = 'Ana Petrova (ana@example.com)';
const MAX = 'Max Vogel (max@example.com)';
const FINANCE = 'finance@example.com';
const HAND_OFF_URL = 'https://baton.example.com/h/AZqN0sVvcQCqsR7yVbq8AAABW0bq1n4yJtVw0m5x8cJk9aQeR2Lz';
const STATUS_URL = 'https://baton.example.com/r/AZqN0sVvcQCqsR7yVbq8AAABW0bq1n4yJtVw0m5x8cJk9aQeR2Lz';
const SIGN_IN_URL = 'https://baton.example.com/sign-in/AZqN0sVvcQCqsR7yVbq8AAABW0bq1n4yJtVw0m5x8cJk9aQeR2Lz';

const FACTS = [
  { label: 'Amount', text: '$7,500.00' },
  {
    label: 'What was it for?',
    text: 'Stand, travel and three nights for four people at the Berlin trade fair, 2 to 5 November.',
  },
  { label: 'Receipt', text: 'trade-fair.pdf (214 KB)' },
];

const ASKING: AskingProps = {
  ...RUN,
  stageTitle: 'Manager review',
  to: 'max@example.com',
  asks: ANA,
  facts: FACTS,
  dueText: 'Tuesday, 24 November 2026, 09:00 (Europe/Berlin)',
  dueDay: 'Tue 24 November',
  guidance:
    'Ordinary travel and meals within policy are fine.\n\n- Is the receipt readable?\n- Does it match the amount?\n\nAbove **$5,000** finance decides as well.',
  url: HAND_OFF_URL,
};

/** One believable example of every mail, for the preview page and the tests. */
export const SAMPLES: { [Kind in Mail['kind']]: Extract<Mail, { kind: Kind }> } = {
  receipt: { kind: 'receipt', ...RUN, facts: FACTS, statusUrl: STATUS_URL },
  hand_off: { kind: 'hand_off', ...ASKING, round: 1 },
  reminder: { kind: 'reminder', ...ASKING, sinceText: 'Friday, 20 November 2026, 15:30 (Europe/Berlin)' },
  escalation: { kind: 'escalation', ...ASKING, to: FINANCE, from: MAX, why: 'escalated' },
  moved: { kind: 'moved', ...RUN, stageTitle: 'Manager review', now: FINANCE, why: 'escalated' },
  withdrawn: {
    kind: 'withdrawn',
    ...RUN,
    stageTitle: 'Manager review',
    reason: 'The fair was cancelled, and the organiser paid everything back.',
  },
  outcome: {
    kind: 'outcome',
    ...RUN,
    subject: 'Your expense of $7,500.00 was approved',
    body: 'Good news, Ana: your expense of $7,500.00 was approved.\n\nThe money leaves with the next payment run.\nPayment reference: PAY-2041',
  },
  bundle: {
    kind: 'bundle',
    ...RUN,
    occasion: 'hand_off',
    to: 'max@example.com',
    asks: ANA,
    items: [
      { title: 'Audit of the warehouse', dueText: 'Tuesday, 24 November 2026, 09:00 (Europe/Berlin)' },
      { title: 'Audit of the online shop', dueText: null },
    ],
    url: 'https://baton.example.com/b/AZqN0sVvcQCqsR7yVbq8AAABW0bq1n4yJtVw0m5x8cJk9aQeR2Lz',
  },
  withdrawn_bundle: {
    kind: 'withdrawn_bundle',
    ...RUN,
    titles: ['Audit of the warehouse', 'Audit of the online shop'],
    reason: 'Two of the auditors said no.',
  },
  sign_in: { kind: 'sign_in', url: SIGN_IN_URL, expiresText: 'Friday, 20 November 2026, 14:40 (UTC)' },
};
