import type { ElementContent } from 'hast';
import type * as Shiki from 'shiki';

/** Colours a piece of code; undefined when the language is not known. */
export type Highlight = (code: string, language: string) => Promise<ElementContent[] | undefined>;

/** Longer code is shown without colours, rather than late. */
const MAX_LENGTH = 100_000;
const MAX_LINE_LENGTH = 2_000;

const THEME = 'code';

/**
 * Makes a highlighter. It gives classes, not colours (`code-keyword`, `code-string` …), so that
 * the style sheet decides. Nothing is loaded before the first code, and each language when it is met.
 */
export function createHighlight(): Highlight {
  let loading: ReturnType<typeof load> | undefined;
  const languages = new Map<string, Promise<void>>();
  return async (code, language) => {
    if (!language || code.length > MAX_LENGTH) return undefined;
    loading ??= load();
    const { shiki, highlighter } = await loading;
    if (!isKnown(shiki, language)) return undefined;
    if (!languages.has(language)) {
      languages.set(language, highlighter.loadLanguage(shiki.bundledLanguages[language]));
    }
    await languages.get(language);
    const lines = highlighter.codeToTokensBase(code, {
      lang: language,
      theme: THEME,
      // A limit would leave the code half coloured when the machine is busy.
      tokenizeTimeLimit: 0,
      tokenizeMaxLineLength: MAX_LINE_LENGTH,
    });
    return lines.flatMap((tokens, index): ElementContent[] => {
      const line = tokens.map(({ content, color }) => toElement(content, color));
      return index === 0 ? line : [{ type: 'text', value: '\n' }, ...line];
    });
  };
}

async function load() {
  const shiki = await import('shiki');
  const highlighter = await shiki.createHighlighterCore({
    themes: [shiki.createCssVariablesTheme({ name: THEME, variablePrefix: '' })],
    engine: shiki.createJavaScriptRegexEngine({ forgiving: true }),
  });
  return { shiki, highlighter };
}

function isKnown(
  { bundledLanguages }: typeof Shiki,
  language: string,
): language is Shiki.BundledLanguage {
  return Object.hasOwn(bundledLanguages, language);
}

/** The theme's colours are names of variables such as `var(token-keyword)`. */
function toElement(content: string, color: string | undefined): ElementContent {
  const kind = /token-([a-z-]+)/.exec(color ?? '')?.[1];
  const text = { type: 'text' as const, value: content };
  if (!kind) return text;
  const properties = { className: [`code-${kind}`] };
  return { type: 'element', tagName: 'span', properties, children: [text] };
}
