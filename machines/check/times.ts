import { Cron } from 'croner';
import { isTimezone } from '../calendar.ts';
import type { Definition } from '../definition.ts';
import type { Found } from './finding.ts';

/** Time zones that do not exist and schedules that cannot be read or never fire. */
export function timeFindings(definition: Definition): Found[] {
  const zone = isTimezone(definition.timezone) ? [] : [badZone(definition.timezone, ['timezone'])];
  const schedules = definition.triggers.flatMap((trigger, index) => {
    if (!('schedule' in trigger)) return [];
    const { cron, timezone } = trigger.schedule;
    const path = ['triggers', index, 'schedule'];
    if (timezone !== undefined && !isTimezone(timezone)) return [badZone(timezone, [...path, 'timezone'])];
    const fault = faultInCron(cron);
    return fault === null
      ? []
      : [
          {
            path: [...path, 'cron'],
            code: 'cron' as const,
            message: fault,
            remedy: 'Write five fields: minute, hour, day, month, weekday; 0 17 * * 1-5 is 17:00 from Monday to Friday.',
          },
        ];
  });
  return [...zone, ...schedules, ...currencyFindings(definition), ...localeFindings(definition)];
}

// Any moment will do: whether a schedule ever fires does not depend on it.
const SOME_DAY = '2026-01-01T00:00:00Z';

function faultInCron(cron: string): string | null {
  if (cron.trim().split(/\s+/).length !== 5) return 'A schedule has five fields.';
  try {
    const next = new Cron(cron, { timezone: 'UTC', paused: true }).nextRun(new Date(SOME_DAY));
    return next === null ? 'This schedule never fires.' : null;
  } catch (error) {
    return `This schedule cannot be read: ${(error instanceof Error ? error.message : String(error)).replace(/^CronPattern: |\.$/g, '')}.`;
  }
}

function badZone(name: string, path: (string | number)[]): Found {
  return {
    path,
    code: 'timezone',
    message: `There is no time zone "${name}".`,
    remedy: 'Write an IANA name, like Europe/Berlin or America/New_York.',
  };
}

function currencyFindings({ data }: Definition): Found[] {
  const known = new Set(Intl.supportedValuesOf('currency'));
  return Object.entries(data).flatMap(([key, field]): Found[] =>
    field.type === 'money' && !known.has(field.currency)
      ? [
          {
            path: ['data', key, 'currency'],
            code: 'currency',
            message: `There is no currency "${field.currency}".`,
            remedy: 'Write its ISO 4217 code, like USD or EUR.',
          },
        ]
      : [],
  );
}

function localeFindings({ locale }: Definition): Found[] {
  if (locale === undefined || isLocale(locale)) return [];
  return [
    {
      path: ['locale'],
      code: 'locale',
      message: `There is no language "${locale}".`,
      remedy: 'Write a language tag, like de-DE or en-GB.',
    },
  ];
}

function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length === 1;
  } catch {
    return false;
  }
}
