import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('quarterly-audits', null, ['project-audit', 'finding-answer']);
});

afterAll(() => stage.close());

const LOOKED = {
  'looked_at.plan.state': 'done',
  'looked_at.money.state': 'done',
  'looked_at.risks.state': 'failed',
  'looked_at.risks.note': 'None written',
};

async function audited(run: Run, project: string, auditor: string, findings: [string, string][]): Promise<Run> {
  const audit = await run.child(project);
  const page = await audit.act(auditor, LOOKED);
  await audit.goOn(page, {
    'findings.count': String(findings.length),
    ...Object.fromEntries(
      findings.flatMap(([finding, weight], row) => [
        [`findings.${row}.finding`, finding],
        [`findings.${row}.weight`, weight],
      ]),
    ),
  });
  return audit;
}

test('each quarter one audit for each project, an answer to each finding, and one report over all of them', async () => {
  await stage.moveTo('2030-01-01T08:00:00.000Z');
  const run = await stage.newest();
  expect(await run.children()).toEqual(['New warehouse: open', 'Online shop: open', 'Payroll: open']);

  const shop = await audited(run, 'Online shop', 'aisha@example.com', [
    ['Passwords on paper', 'high'],
    ['No plan for holidays', 'low'],
  ]);
  expect(await shop.children()).toEqual(['Passwords on paper: open', 'No plan for holidays: open']);
  for (const finding of ['No plan for holidays', 'Passwords on paper'])
    await (await shop.child(finding)).act('luis@example.com', { remedy: 'We change it', remedy_by: '2030-02-01' });
  expect((await shop.page('aisha@example.com')).html).toMatch(/Passwords on paper[\s\S]*We change it/);
  await shop.act('aisha@example.com', {});

  // The audit of a project without findings goes on at once.
  const payroll = await audited(run, 'Payroll', 'boris@example.com', []);
  expect(await payroll.where()).toBe('close');
  await payroll.act('boris@example.com', {});
  expect(await run.children()).toEqual(['New warehouse: open', 'Online shop: arrived', 'Payroll: arrived']);

  // The third is not done in time; it stays open, and what comes then is late.
  await stage.moveTo('2030-03-01T08:00:00.000Z');
  expect(await run.where()).toBe('report');
  expect(await run.values('audit_missing', 'serious_findings')).toEqual({ audit_missing: 1, serious_findings: 1 });
  await run.act('head-of-audit@example.com', { summary: 'Two of three are done' });
  expect((await run.mail('head-of-audit@example.com')).attachments).toHaveLength(1);
  const late = await audited(run, 'New warehouse', 'aisha@example.com', []);
  await late.act('aisha@example.com', {});
  expect(await run.children()).toContain('New warehouse: late');
  expect(await run.values('audit_missing')).toEqual({ audit_missing: 1 });
});
