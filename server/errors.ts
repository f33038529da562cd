/** Something that a person or a program asked for and cannot have, with a sentence that may be shown to them. */
export class Refusal extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 503;
  readonly code: string;

  constructor(status: Refusal['status'], code: string, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

/** There is no such thing. */
export function notFound(what: string): Refusal {
  return new Refusal(404, 'not_found', `There is no ${what}.`);
}

/** A mistake of ours or of a definition: where it happened goes to the log, people read a calm page. */
export class Broken extends Error {
  readonly where: string;

  constructor(where: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Broken';
    this.where = where;
  }
}

/** An effect did not work. `again`: worth another try. */
export class EffectFailed extends Error {
  readonly again: boolean;
  /** Milliseconds that the other side asked us to wait, if it did. */
  readonly waitMs: number | null;

  constructor(message: string, again: boolean, waitMs: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EffectFailed';
    this.again = again;
    this.waitMs = waitMs;
  }
}

/** An effect that is not to be done, since another one does what it was for or nobody needs it any more. */
export class NotNeeded extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotNeeded';
  }
}
