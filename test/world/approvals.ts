import { readDefinition } from '../../machines/check/read.ts';
import type { Published } from '../../server/workflows/library.ts';
import type { World } from './world.ts';

const APPROVALS = `
workflow: approvals
title: Approvals
owners: [ops@example.com]
timezone: Europe/Paris
actors:
  clerk: { title: Clerk, email: clerk@example.com }
  approver: { title: Approver, email: "{{ approver }}" }
data:
  amount: { type: money, currency: EUR }
  cost_centre: { type: text }
  approver: { type: email }
  ok: { type: yes_no }
tables:
  approvers:
    title: Who approves what
    columns:
      cost_centre: { type: text }
      limit: { type: money, currency: EUR }
      approver: { type: email }
      remark: { type: text, optional: true }
    rows:
      - { cost_centre: "4711", limit: 1000, approver: anna@example.com }
      - { cost_centre: "4712", limit: 2500.5, approver: ben@example.com, from: 2026-01-01, until: 2026-12-31 }
triggers:
  - form: { collects: [amount, cost_centre] }
  - api: {}
stages:
  who:
    actor: clerk
    components:
      - lookup:
          id: who
          table: approvers
          match: { cost_centre: cost_centre }
          where: amount <= row.limit
          save: { approver: approver }
          otherwise: sort_out
    next: approve
  approve:
    actor: approver
    components:
      - form: { shows: [amount], collects: [ok] }
    next: end
  sort_out:
    actor: clerk
    components:
      - form: { shows: [amount], collects: [cost_centre] }
    next: who
`;

/** Publishes a small workflow with a lookup table. */
export async function publishApprovals({ portal }: Pick<World, 'portal'>): Promise<Published> {
  const { definition } = readDefinition(APPROVALS, 'approvals.yaml');
  if (definition === null) throw new Error('The sample cannot be read.');
  const what = { source: APPROVALS, definition, origin: 'file' as const, by: 'file', note: 'approvals.yaml' };
  const published = await portal.library.publish(what);
  if (published === null) throw new Error('The sample was not published.');
  return published;
}
