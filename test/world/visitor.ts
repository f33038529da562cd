/** A letter as /mailbox.json shows it. */
export type Letter = {
  id: string;
  at: string;
  kind: string;
  run: string | null;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
  attachments: { id: string; name: string; type: string; size: number; sha256: string }[];
};

/** A page that came back. */
export type Page = { status: number; url: string; html: string; headers: Headers };

/** Somebody with a browser that runs no scripts: follows redirects, keeps cookies, posts forms as they stand. */
export type Visitor = {
  get(path: string): Promise<Page>;
  /** Posts the form of a page: its hidden inputs, with `values` on top. A File makes an upload, a list several answers. */
  submit(page: Page, values: Answers, action?: string): Promise<Page>;
};

/** What is put into a form, by the names of its inputs; a list where several have one name. */
export type Answers = Record<string, string | File | (string | File)[]>;

/** Opens a visitor to a portal. */
export function visit(portalUrl: string): Visitor {
  const cookies = new Map<string, string>();

  async function go(method: string, address: string, body: FormData | URLSearchParams | null): Promise<Page> {
    const url = new URL(address, portalUrl);
    const response = await fetch(url, {
      method,
      body,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(method === 'POST' ? { origin: new URL(portalUrl).origin } : {}),
      },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = response.headers.get('location');
    if (location !== null && response.status >= 300 && response.status < 400) {
      await response.text();
      return go('GET', new URL(location, url).href, null);
    }
    return { status: response.status, url: url.href, html: await response.text(), headers: response.headers };
  }

  return {
    get: (path) => go('GET', path, null),
    submit(page, values, action) {
      const body = new FormData();
      for (const [name, value] of hiddenInputs(page.html)) if (values[name] === undefined) body.append(name, value);
      for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) body.append(name, one);
      return go('POST', action ?? actionIn(page), body);
    },
  };
}

/** The hidden inputs of a page's main form. */
export function hiddenIn(html: string): Record<string, string> {
  return Object.fromEntries(hiddenInputs(html));
}

function hiddenInputs(html: string): [string, string][] {
  const inputs = html.match(/<input[^>]*type="hidden"[^>]*>/g) ?? [];
  return inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value')]);
}

/** Where the main form of a page goes. */
export function actionIn({ html, url }: Page): string {
  const [form = ''] = /<form[^>]*method="post"[^>]*>/i.exec(html) ?? [];
  return new URL(attribute(form, 'action') || url, url).href;
}

/** The one link to the portal's pages that a letter carries. */
export function linkIn(letter: Letter): string {
  const [link] = /https?:\/\/\S+\/(?:h|s|sign-in)\/[A-Za-z0-9_-]+/.exec(letter.text) ?? [];
  if (link === undefined) throw new Error(`The letter "${letter.subject}" carries no link.`);
  return link;
}

function attribute(tag: string, name: string): string {
  const [, value = ''] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? [];
  return value
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
