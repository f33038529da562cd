import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Mail, renderMail } from '../../emails/render.ts';
import { showDay, showInstant } from '../../machines/calendar.ts';
import { stageTitle } from '../../machines/definition.ts';
import type { MailEffect } from '../../machines/outcome.ts';
import type { Instant, Person } from '../../machines/values.ts';
import { paths } from '../../views/paths.ts';
import type { Sql } from '../database/connect.ts';
import { Broken, EffectFailed, NotNeeded } from '../errors.ts';
import { readFileBytes } from '../files.ts';
import { guidanceOfHandOff } from '../hand-offs/guidance.ts';
import type { Portal } from '../portal.ts';
import type { Published } from '../workflows/library.ts';
import { askedWithin, type ClaimedEffect, dropUnasked, gatherBundle } from './outbox.ts';
import type { Performer } from './perform.ts';
import { takeTurn } from './rates.ts';
import { headersFor } from './transports/letter.ts';
import type { Attachment, Transport } from './transports/transport.ts';

type RunMail = MailEffect['mail'];
/** A sign-in link is asked for by a page, not by a run. */
type SignInMail = { is: 'sign_in'; to: Person; signIn: string; expiresAt: Instant };
type AnyMail = RunMail | SignInMail;

// Written by our own steps and pages into our own table.
const BODY = z.custom<{ mail: AnyMail }>(
  (body) => z.object({ mail: z.object({ is: z.string(), to: z.object({ email: z.string() }) }) }).safeParse(body).success,
);

type MailNeeds = Pick<Portal, 'config' | 'sql' | 'clock' | 'links' | 'library'>;

/**
 * Sends mails. Links are minted here, from what the step wrote down: the same row always renders to the same bytes, so
 * that a provider recognises a second try by its key and its body.
 */
export function createMailPerformer(portal: MailNeeds, transport: Transport): Performer {
  const host = new URL(portal.config.baseUrl).hostname;
  return async (effect) => {
    const { mail } = BODY.parse(effect.body);
    const began = portal.clock.nowMs();
    const letters = effect.bundle ? await letterWith(portal, effect, effect.bundle, mail) : [];
    if (letters.length > 1) return sendBundle(portal, transport, host, effect, letters, began);
    const attachments = await attachmentsOf(portal.sql, mail);
    const { subject, html, text } = await renderMail(await lettered(portal, effect, mail));
    const { providerId } = await transport.send({
      id: effect.id,
      kind: mail.is,
      run: effect.run_id,
      from: portal.config.mailFrom,
      to: mail.to.email,
      subject,
      html,
      text,
      attachments,
      headers: headersFor({ id: effect.id, run: effect.run_id, host }),
    });
    const record = { to: mail.to.email, status: null, tookMs: portal.clock.nowMs() - began, note: providerId ?? transport.name };
    return { record, told: null };
  };
}

/** All that leaves with a letter about a child, itself included. Throws NotYet before its turn, and NotNeeded for nothing. */
async function letterWith({ sql, clock, config }: MailNeeds, { id }: ClaimedEffect, bundle: string, mail: AnyMail) {
  const dropped = mail.is === 'withdrawn' ? await dropUnasked(sql, bundle, clock.now()) : [];
  if (dropped.includes(id)) throw new NotNeeded('Whoever it tells was never asked.');
  // Of hundreds of children each writes to somebody; other mails go out at once.
  await takeTurn(sql, mail.to.email, config.mailsPerDomain, clock.nowMs());
  const letters = await gatherBundle(sql, id, clock.now());
  if (letters.length === 0) throw new NotNeeded('What it asks for was taken back, or it leaves with another letter.');
  return letters;
}

/** One letter for several: under a key of its own, since the first of them may yet have to leave alone. */
async function sendBundle(
  portal: MailNeeds,
  transport: Transport,
  host: string,
  leader: ClaimedEffect,
  bundle: readonly ClaimedEffect[],
  began: number,
) {
  const { mail } = BODY.parse(leader.body);
  const mails = await Promise.all(bundle.map(async (effect) => lettered(portal, effect, BODY.parse(effect.body).mail)));
  const { subject, html, text } = await renderMail(together(portal, leader, mail, mails));
  const id = keyOfBundle(leader.id);
  const thread = mail.is === 'withdrawn' ? await askedWithin(portal.sql, leader.id) : null;
  const headers = headersFor({ id, run: thread ?? leader.run_id, host });
  const from = portal.config.mailFrom;
  const letter = {
    id,
    kind: mail.is,
    run: leader.run_id,
    from,
    to: mail.to.email,
    subject,
    html,
    text,
    attachments: [],
    headers,
  };
  const { providerId } = await transport.send(letter);
  const record = { to: mail.to.email, status: null, tookMs: portal.clock.nowMs() - began, note: providerId ?? transport.name };
  return { record, told: null };
}

/** What the letters of a bundle say as one. */
function together({ config, links }: MailNeeds, leader: ClaimedEffect, mail: AnyMail, mails: readonly Mail[]): Mail {
  const [first] = mails;
  if (first?.kind === 'withdrawn') {
    const { workflowTitle, runTitle, contact, version, reason } = first;
    const titles = mails.flatMap((one) => ('runTitle' in one ? [one.runTitle] : []));
    return { kind: 'withdrawn_bundle', workflowTitle, runTitle, contact, version, titles, reason };
  }
  if (first === undefined || !('asks' in first))
    throw new Broken(`effect ${leader.id}`, 'Letters that ask nothing were put together.');
  const items = mails.flatMap((one) => ('dueText' in one ? [{ title: one.runTitle, dueText: one.dueText }] : []));
  const { workflowTitle, runTitle, contact, version, to, asks } = first;
  const occasion = mail.is === 'reminder' || mail.is === 'escalation' ? mail.is : 'hand_off';
  const url = config.baseUrl + paths.bundle.to({ link: links.mint('bundle', { id: leader.id, generation: 0 }) });
  return { kind: 'bundle', workflowTitle, runTitle, contact, version, to, asks, items, occasion, url };
}

/** A stable id that no effect has. */
function keyOfBundle(leader: string): string {
  const hex = createHash('sha256').update(`bundle ${leader}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

// What most mailboxes take; the rest is what a mail needs for itself.
const MOST_ATTACHED = 10 * 1024 * 1024;

/** The files of a mail with their bytes. Throws EffectFailed when they are too large or gone. */
async function attachmentsOf(sql: Sql, mail: AnyMail): Promise<Attachment[]> {
  const files = mail.is === 'outcome' ? (mail.attachments ?? []) : [];
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > MOST_ATTACHED) {
    const megabytes = (size / 1024 / 1024).toFixed(1);
    throw new EffectFailed(`The files of this mail have ${megabytes} MB together; a mail carries 10 MB at most.`, false);
  }
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readFileBytes(sql, file.id);
      if (bytes === null) throw new EffectFailed(`The file ${file.name} is not there any more.`, false);
      return { file, bytes };
    }),
  );
}

async function lettered(portal: MailNeeds, effect: ClaimedEffect, mail: AnyMail): Promise<Mail> {
  if (mail.is === 'sign_in') return signInLetter(portal, mail);
  if (effect.run_id === null || effect.workflow === null || effect.version === null) {
    throw new Broken(`effect ${effect.id}`, 'A mail of a run without its run.');
  }
  const published = await portal.library.version(effect.workflow, effect.version);
  const guidance = 'generation' in mail ? await guidanceOfHandOff(portal.sql, mail.handOff) : '';
  return runLetter(portal, { id: effect.run_id, title: effect.title ?? '' }, published, mail, guidance);
}

function signInLetter({ config, links }: MailNeeds, mail: SignInMail): Mail {
  const link = links.mint('sign-in', { id: mail.signIn, generation: 0 });
  return {
    kind: 'sign_in',
    url: config.baseUrl + paths.signInLink.to({ link }),
    expiresText: showInstant(mail.expiresAt, 'UTC'),
  };
}

function runLetter(
  { config, links }: MailNeeds,
  run: { id: string; title: string },
  { definition, version }: Published,
  mail: RunMail,
  guidance: string,
): Mail {
  const common = { workflowTitle: definition.title, runTitle: run.title, contact: definition.owners[0] ?? '', version };
  if (mail.is === 'receipt') {
    const link = links.mint('run', { id: run.id, generation: 0 });
    return { kind: 'receipt', ...common, facts: mail.facts, statusUrl: config.baseUrl + paths.status.to({ link }) };
  }
  if (mail.is === 'outcome') return { kind: 'outcome', ...common, subject: mail.subject, body: mail.body };
  const staged = { ...common, stageTitle: stageTitle(definition, mail.stage) };
  if (mail.is === 'moved') return { kind: 'moved', ...staged, now: nameOf(mail.now), why: mail.why };
  if (mail.is === 'withdrawn') return { kind: 'withdrawn', ...staged, reason: mail.reason };
  const link = links.mint('hand-off', { id: mail.handOff, generation: mail.generation });
  const zone = definition.timezone;
  const asking = {
    ...staged,
    asks: nameOf(mail.asks),
    to: mail.to.email,
    facts: mail.facts,
    dueText: mail.dueAt === null ? null : showInstant(mail.dueAt, zone),
    dueDay: mail.dueAt === null ? null : showDay(mail.dueAt, zone),
    guidance,
    url: config.baseUrl + paths.handOff.to({ link }),
  };
  if (mail.is === 'hand_off') return { kind: 'hand_off', ...asking, round: mail.round };
  if (mail.is === 'reminder') return { kind: 'reminder', ...asking, sinceText: showInstant(mail.since, zone) };
  return { kind: 'escalation', ...asking, from: nameOf(mail.from), why: mail.why };
}

function nameOf({ name, email }: Person): string {
  return name === null || name === '' ? email : `${name} (${email})`;
}
