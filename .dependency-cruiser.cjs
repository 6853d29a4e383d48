// Who may import whom: the rooms of ARCHITECTURE.md, held by `npm run boundaries`.

const tests = '[.](test|testing)[.](ts|svelte)$';

/** The modules of these npm packages, and of their types. */
const packages = (...names) => `^node_modules/(@types/)?(${names.join('|')})/`;

/** A room's production code: its tests may also use what they test with. */
const room = (name) => ({ path: `^src/lib/${name}/`, pathNot: tests });

module.exports = {
  forbidden: [
    {
      name: 'core-stands-alone',
      comment: 'core is the rules, pure: it imports nothing but itself.',
      severity: 'error',
      from: { path: '^src/lib/core/', pathNot: [tests, '^src/lib/core/wire[.]ts$'] },
      to: { pathNot: '^src/lib/core/' },
    },
    {
      name: 'core-parses-with-valibot',
      comment: 'core/wire.ts is the one file of core that may import valibot, and nothing else.',
      severity: 'error',
      from: { path: '^src/lib/core/wire[.]ts$' },
      to: { pathNot: ['^src/lib/core/', packages('valibot')] },
    },
    {
      name: 'server-stands-on-core',
      comment:
        'lib/server imports core, Node, kysely, the database drivers, @sveltejs/kit, and valibot with its JSON-schema writer.',
      severity: 'error',
      from: room('server'),
      to: {
        dependencyTypesNot: ['core'],
        pathNot: [
          '^src/lib/(core|server)/',
          packages('kysely', 'pg', '@sveltejs/kit', 'valibot', '@valibot/to-json-schema'),
        ],
      },
    },
    {
      name: 'client-stands-on-core',
      comment: 'lib/client runs in the browser: it imports core and svelte.',
      severity: 'error',
      from: room('client'),
      to: { pathNot: ['^src/lib/(core|client)/', packages('svelte')] },
    },
    {
      name: 'components-stand-on-client',
      comment: 'lib/components imports core, client and svelte.',
      severity: 'error',
      from: room('components'),
      to: { pathNot: ['^src/lib/(core|client|components)/', packages('svelte')] },
    },
    {
      name: 'library-by-its-name',
      comment:
        'The site uses the library as an adopter does: sveltekit-cairn, sveltekit-cairn/server, /client or /components, never a path.',
      severity: 'error',
      from: { pathNot: '^(src/lib|tests|bench)/' },
      to: { path: '^src/lib/', dependencyTypes: ['local'] },
    },
    {
      name: 'production-without-tests',
      comment: 'What is shipped does not import what tests it.',
      severity: 'error',
      from: { path: '^(src/|server[.]js$)', pathNot: tests },
      to: { path: [tests, '^(tests|bench|scripts)/'] },
    },
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or three.',
      severity: 'error',
      // A component that shows a tree may hold itself.
      from: { path: '(.+)' },
      to: { circular: true, pathNot: '^$1$' },
    },
    {
      name: 'nothing-unresolvable',
      comment: 'The import leads nowhere: a wrong path, or a package that is not installed.',
      severity: 'error',
      from: {},
      to: {
        couldNotResolve: true,
        pathNot: [
          // SvelteKit makes these itself.
          '^[$](app|env)/',
          '[.]/[$]types([.]js)?$',
          // Vite takes the file itself into the build.
          '[?]url&inline$',
          // Types alone, from @types: only the compiler looks there.
          '^(hast|mdast)$',
        ],
      },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports this file and it imports nothing: use it or delete it.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '[.]d[.]ts$',
          '^src/lib/[a-z]+/index[.]ts$',
          // The `browser` condition of ./server in package.json.
          '^src/lib/server/browser[.]ts$',
          '^src/routes/',
          '^src/service-worker/',
          '^[^/]+$',
          tests,
        ],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What is made; the folders of these names in node_modules are none of it.
    exclude: {
      path: [
        '^(build|dist|coverage|data|content|[.]svelte-kit|[.]cache)/',
        '^bench/peers/[^/]+/(build|[.]svelte-kit)/',
      ],
    },
    tsConfig: { fileName: 'tsconfig.json' },
    // An import of a type is an import: it ties two rooms together all the same.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@sveltekit-cairn/source', 'svelte', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.cjs', '.svelte', '.json'],
    },
  },
};
