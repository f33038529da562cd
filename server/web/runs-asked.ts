import { z } from 'zod';
import { cleanLine } from '../../machines/fields/clean.ts';
import { FILTER_STATUSES, type RunFilter, type RunFilterStatus } from '../runs/filter.ts';
import type { Published } from '../workflows/library.ts';

/** What an owner looks for in the list of runs; each part is empty when it does not matter. */
export type Asked = { workflow: string; status: RunFilterStatus | ''; text: string };

const STATUS = z.enum(FILTER_STATUSES);

/** Reads what is looked for, from an address or from a form. */
export function askedIn(text: (name: 'workflow' | 'status' | 'q') => string): Asked {
  return {
    workflow: text('workflow'),
    status: STATUS.safeParse(text('status')).data ?? '',
    text: cleanLine(text('q')).slice(0, 200),
  };
}

/**
 * The same among the runs that an owner may see. Of hundreds of children the list shows the run that called them, unless
 * somebody looks for them or something is wrong.
 */
export function filterFor(owned: readonly Published[], asked: Asked): Omit<RunFilter, 'after' | 'limit'> {
  const { workflow, status, text } = asked;
  const workflows = owned.map((one) => one.workflow).filter((one) => workflow === '' || one === workflow);
  const top = workflow === '' && text === '' && status !== 'overdue' && status !== 'attention';
  return { workflows, status: status === '' ? null : status, text, top };
}
