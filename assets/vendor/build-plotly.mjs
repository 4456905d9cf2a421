// Builds the plotly.js bundle of the staff pages: only the traces that are drawn, and the locales of the screen.
//   npm install --no-save plotly.js@4.1.1 esbuild esbuild-plugin-inline-css esbuild-plugin-environment stream-browserify buffer
//   node assets/vendor/build-plotly.mjs        (writes assets/vendor/plotly.min.js.br)
// The version must be the one that the pinned plotly carries: tests/dashboard/test_bundle.py says so.
import { build } from 'esbuild';
import { createRequire } from 'module';
import { readFileSync, writeFileSync } from 'fs';
import { brotliCompressSync, constants } from 'zlib';
import path from 'path';
import { fileURLToPath } from 'url';

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(path.join(process.cwd(), 'package.json'));
const inline = require('esbuild-plugin-inline-css');
const { environmentPlugin } = require('esbuild-plugin-environment');
const version = JSON.parse(readFileSync(require.resolve('plotly.js/package.json'))).version;
const traces = ['bar', 'box', 'heatmap', 'histogram', 'treemap', 'icicle', 'scattermap', 'choroplethmap', 'densitymap'];
const locales = ['sk', 'uk', 'ru'];

const entry = `var Plotly = require('plotly.js/lib/core');
Plotly.register([${traces.map((name) => `require('plotly.js/lib/${name}')`).join(', ')}]);
Plotly.register([${locales.map((name) => `require('plotly.js/lib/locales/${name}')`).join(', ')}]);
module.exports = Plotly;`;

const made = await build({
  stdin: { contents: entry, resolveDir: process.cwd() },
  format: 'iife', globalName: 'Plotly', bundle: true, minify: true, write: false, legalComments: 'none',
  plugins: [(inline.default || inline)(), environmentPlugin({ NODE_DEBUG: false })],
  alias: { regl: '@plotly/regl', stream: 'stream-browserify' },
  define: { global: 'window', 'define.amd': 'false' },
  target: 'es2018',
  banner: { js: `/**\n* plotly.js (Linka's bundle: ${['scatter', ...traces].join(', ')}) v${version}\n* Copyright 2012-2026, Plotly, Inc. All rights reserved.\n* Licensed under the MIT license; its text is in plotly-LICENSE.txt beside this file\n*/` },
});
const code = made.outputFiles[0].contents;
const packed = brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: code.length } });
writeFileSync(path.join(here, 'plotly.min.js.br'), packed);
console.log(`plotly.js ${version}: ${code.length} bytes, ${packed.length} compressed`);
