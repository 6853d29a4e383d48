// Conventions of this project that no published rule holds.
import { basename } from 'node:path';

/** @typedef {import('eslint').Rule.RuleModule} Rule */

/**
 * Files are named after their main export, in kebab-case; components in PascalCase; routes as
 * SvelteKit asks. A name that says nothing (utils, helpers ...) is none.
 * @type {Rule}
 */
const fileName = {
  meta: { type: 'suggestion', schema: [] },
  create: (context) => ({
    Program(node) {
      const file = basename(context.filename);
      const [name = ''] = file.split('.');
      if (/^(utils?|helpers?|common|managers?|services?|misc)$/.test(name)) {
        context.report({ node, message: `"${name}" does not say what is in the file.` });
      }
      if (context.filename.includes('/routes/') || name === '') return;
      const [pattern, style] = file.endsWith('.svelte')
        ? [/^([A-Z][a-z0-9]*)+$/, 'PascalCase']
        : [/^[a-z0-9]+(-[a-z0-9]+)*$/, 'kebab-case'];
      if (!pattern.test(name)) context.report({ node, message: `Name the file in ${style}.` });
    },
  }),
};

/**
 * Every export is introduced by a docstring; of a function with several signatures the first is,
 * and a type made with `typeof` has that of the value it is made from.
 * @type {Rule}
 */
const docstringOnExport = {
  meta: { type: 'suggestion', schema: [] },
  create: (context) => ({
    Program({ body }) {
      const documented = new Set();
      for (const node of body) {
        if (node.type !== 'ExportNamedDeclaration' || !node.declaration) continue;
        const name = 'id' in node.declaration ? node.declaration.id.name : undefined;
        const comment = context.sourceCode.getCommentsBefore(node).at(-1);
        if (comment?.type === 'Block' && comment.value.startsWith('*')) {
          documented.add(name);
        } else if (
          !documented.has(name) &&
          !/^export type .*\btypeof /.test(context.sourceCode.getText(node))
        ) {
          context.report({
            node,
            message: 'An export begins with a docstring: /** What it is. */',
          });
        }
      }
    },
  }),
};

/**
 * An exception from a rule says why, after two dashes.
 * @type {Rule}
 */
const reasonForException = {
  meta: { type: 'suggestion', schema: [] },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const directive = /^\s*eslint-disable(-next-line|-line)?\b/.test(comment.value);
        if (directive && !/\s--\s+\S/.test(comment.value) && comment.loc) {
          context.report({ loc: comment.loc, message: 'Say why, after two dashes.' });
        }
      }
    },
  }),
};

/** The plugin that holds them. */
export const house = {
  rules: {
    'file-name': fileName,
    'docstring-on-export': docstringOnExport,
    'reason-for-exception': reasonForException,
  },
};
