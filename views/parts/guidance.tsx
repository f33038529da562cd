import { raw } from 'hono/html';
import { proseToHtml } from '../../machines/prose.ts';

/** The guidance of a stage for the person who acts. `proseToHtml` has made it harmless. */
export function Guidance({ text }: { text: string }) {
  if (text.trim() === '') return null;
  return (
    <section class="guidance" aria-label="Guidance">
      <h2>Good to know</h2>
      <div class="prose">{raw(proseToHtml(text))}</div>
    </section>
  );
}
