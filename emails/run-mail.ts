import { type Content, PORTAL } from './content.ts';
import { anyonesLine, ownersText } from './words.ts';

/** What every mail of a run knows. */
export type RunMailProps = {
  workflowTitle: string;
  /** Empty where the run has none; the workflow's stands for it then. */
  runTitle: string;
  /** Whom people may ask: an address of an owner; empty for nobody. */
  contact: string;
  /** The version of the workflow that asked for this mail. */
  version: number;
};

/** The title of a run, fit for a line. */
export function titleOf({ runTitle, workflowTitle }: RunMailProps): string {
  return anyonesLine(runTitle) || anyonesLine(workflowTitle) || 'A request';
}

/** What stands around the parts of a mail of a run: which run and stage it is about, and who sent it. */
export function runFrame(props: RunMailProps & { stageTitle?: string }): Omit<Content, 'blocks' | 'preview'> {
  const titles = [anyonesLine(props.workflowTitle), anyonesLine(props.stageTitle ?? '')];
  const contact = contactOf(props);
  return {
    kicker: titles.filter((title) => title !== '').join(' · '),
    heading: titleOf(props),
    foot: `Sent by ${PORTAL}, for version ${props.version} of this workflow.${contact === '' ? '' : ` Questions? Ask ${contact}.`}`,
  };
}

/** Whom to ask, fit for a line. */
export function contactOf({ contact }: RunMailProps): string {
  return ownersText(contact.replace(/\s+/g, ' '), 254);
}
