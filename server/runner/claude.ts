import Anthropic, { AnthropicError, APIConnectionTimeoutError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import { messageFor, SYSTEM_PROMPT } from './prompt.ts';
import type { Judged, Question, Runner } from './runner.ts';

/** How the runner reaches its model. */
export type ModelAccess = { apiKey: string; baseUrl: string | null; model: string };

// A key, two sentences and a number; with room for a model that thinks a little.
const ANSWER_TOKENS = 1000;

/** The runner that asks Claude. What it may choose, use and take stands in each question. */
export function createClaude({ apiKey, baseUrl, model }: ModelAccess): Runner {
  // Its own retries honour retry-after; the time limit of the question ends them all. It never logs.
  const client = new Anthropic({ apiKey, baseURL: baseUrl ?? 'https://api.anthropic.com', maxRetries: 2, logLevel: 'off' });
  return { model, judge: (question) => judge(client, model, question) };
}

async function judge(client: Anthropic, model: string, question: Question): Promise<Judged> {
  const answerTokens = Math.min(ANSWER_TOKENS, Math.floor(question.tokens / 2));
  const schema = answerSchema(question);
  try {
    const message = await client.messages.create(
      {
        model,
        max_tokens: answerTokens,
        system: SYSTEM_PROMPT,
        messages: [{ role: 'user', content: messageFor(question, question.tokens - answerTokens) }],
        output_config: { format: zodOutputFormat(schema) },
      },
      { signal: AbortSignal.timeout(question.timeLimit * 1000), timeout: question.timeLimit * 1000 },
    );
    return read(message, schema, question, model);
  } catch (error) {
    return { is: 'unjudged', why: inWords(error, question.timeLimit), model, tokens: 0 };
  }
}

function answerSchema({ successors }: Question) {
  return z.object({
    to: z.enum(successors.map(({ to }) => to)).describe('The key of the way that fits.'),
    reason: z.string().max(2000).describe('One or two sentences that quote the guidance.'),
    confidence: z.number().min(0).max(1),
  });
}

function read(message: Anthropic.Message, schema: ReturnType<typeof answerSchema>, question: Question, model: string): Judged {
  const tokens = message.usage.input_tokens + message.usage.output_tokens;
  const unjudged = (why: string): Judged => ({ is: 'unjudged', why, model, tokens });
  if (message.stop_reason === 'refusal') return unjudged('The model declined to judge this.');
  if (message.stop_reason === 'max_tokens') return unjudged('The model did not come to an end within the tokens it may use.');
  const text = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
  const answer = schema.safeParse(jsonIn(text));
  if (!answer.success) return unjudged(whyUnread(jsonIn(text), question));
  const { to, reason, confidence } = answer.data;
  return { is: 'judged', judgement: { to, reason: reason.trim(), confidence, model, tokens } };
}

function whyUnread(answer: unknown, { successors }: Question): string {
  const named = z.object({ to: z.string() }).safeParse(answer);
  if (named.success && !successors.some(({ to }) => to === named.data.to)) return 'The model named a way that does not exist.';
  return 'The answer of the model could not be read.';
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Why there is no judgement, without anything that the other side said. */
function inWords(error: unknown, seconds: number): string {
  if (error instanceof APIUserAbortError || error instanceof APIConnectionTimeoutError) {
    return `The model did not answer within ${seconds} seconds.`;
  }
  if (error instanceof Error && error.name === 'TimeoutError') return `The model did not answer within ${seconds} seconds.`;
  if (error instanceof APIError && typeof error.status === 'number')
    return STATUS[error.status] ?? `The model answered with status ${error.status}.`;
  if (error instanceof AnthropicError) return 'The model could not be reached.';
  throw error;
}

const STATUS: Record<number, string> = {
  401: 'The key of the model was refused.',
  403: 'The key of the model may not be used for this.',
  404: 'There is no such model.',
  413: 'There was too much to judge.',
  429: 'The model is asked too often just now.',
  529: 'The model is overloaded just now.',
};
