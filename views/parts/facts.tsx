import type { ShownFact } from '../../machines/values.ts';

/** Facts, one beneath the other; `fileHref` says where a file can be had, or null where it cannot. */
export function Facts({ facts, fileHref }: { facts: readonly ShownFact[]; fileHref: ((file: string) => string) | null }) {
  if (facts.length === 0) return null;
  return (
    <dl class="facts">
      {facts.map(({ label, text, file }) => (
        <div>
          <dt>{label}</dt>
          <dd>
            {file !== null && fileHref !== null ? <a href={fileHref(file.id)}>{`${text} (${sizeText(file.size)})`}</a> : text}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** `1.2 MB`, `340 kB`. */
export function sizeText(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`;
}
