/** Reads `live2vod.yaml` so that text stays as it was written, and says on which line a mistake stands. */
import { readFileSync } from 'node:fs';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type Scalar,
} from 'yaml';
import type { FilePlace } from '../schemas/settings.ts';
import { CommandFault, exitCode } from './exit.ts';

export type ConfigurationFile = {
  /** By name, as written: YAML would make other text of `0123`, `1e3` or `True`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The parts that have a structure of their own, as YAML reads them. */
  readonly policies: unknown;
  readonly recording: unknown;
  readonly callbacks: unknown;
  readonly place: FilePlace;
  /**
   * Adds the line to a mistake, and what to do where a text was read as something else.
   * @param path as the parts tell it: `policies[0].match.stream`
   */
  readonly explain: (mistake: { readonly path: string; readonly problem: string }) => string;
};

const parts: readonly string[] = ['policies', 'recording', 'callbacks'];

/** @throws CommandFault one line that names the file, and the line where there is one */
export function readConfigurationFile(file: string): ConfigurationFile {
  const lines = new LineCounter();
  const document: Document.Parsed = parseDocument(textOf(file), { lineCounter: lines, prettyErrors: false });
  const lineOf = (node: { range?: readonly number[] | null } | null | undefined) => {
    const from = node?.range?.[0];
    return from === undefined ? null : lines.linePos(from).line;
  };
  const bad = (line: number | null, what: string) =>
    new CommandFault(`${file}${line === null ? '' : `:${line}`}: ${what}`, exitCode.configuration);

  const [trouble] = [...document.errors, ...document.warnings];
  if (trouble) throw bad(lines.linePos(trouble.pos[0]).line, `no valid YAML: ${trouble.message.split('\n', 1)[0]}`);
  const top: ParsedNode | null = document.contents;
  if (top !== null && !isMap(top) && !(isScalar(top) && top.value === null))
    throw bad(lineOf(top), 'at the top a map is accepted: settings by name, and policies, recording and callbacks');

  const settings: Record<string, unknown> = {};
  const found: Record<string, unknown> = {};
  const settingLines = new Map<string, number | null>();
  for (const { key, value } of isMap(top) ? top.items : []) {
    const name = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
    settingLines.set(name, lineOf(key as Node));
    const node = isAlias(value) ? value.resolve(document) : value;
    if (parts.includes(name)) found[name] = node?.toJS(document);
    else if (node === null || node === undefined) settings[name] = '';
    else if (isScalar(node)) settings[name] = textOfScalar(node, () => bad(lineOf(node), nothing(name, node)));
    else throw bad(lineOf(node), `${name}: one text is accepted, not a list or a map`);
  }

  return {
    settings,
    policies: found.policies,
    recording: found.recording,
    callbacks: found.callbacks,
    place: { name: file, lineOf: (setting) => settingLines.get(setting) ?? null },
    explain({ path, problem }) {
      const node = nodeAt(document, path);
      const line = lineOf(node);
      const respelt = isScalar(node) && readAsOther(node) && /expected string|^Invalid input$/.test(problem);
      const why = respelt
        ? `text is accepted, and without quotation marks YAML reads ${typeof node.value === 'object' ? 'nothing' : `a ${typeof node.value}`} here: put it in quotation marks`
        : problem;
      return `${line === null ? '' : `line ${line}: `}${path}: ${why}`;
    },
  };
}

function textOf(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : code;
    throw new CommandFault(`${file}: it can't be read: ${why}`, exitCode.configuration, cause);
  }
}

/** Whether YAML makes something else than text of a scalar. */
const readAsOther = (node: Scalar): boolean => typeof node.value !== 'string';

/** @param refuse what a written-out nothing, which may be meant as text, is answered with */
function textOfScalar(node: Scalar, refuse: () => CommandFault): string {
  if (typeof node.value === 'string') return node.value;
  const source = node.source ?? '';
  if (node.value === null && source !== '') throw refuse();
  return source;
}

const nothing = (name: string, node: Scalar) =>
  `${name}: ${node.source} is YAML's word for nothing: put it in quotation marks if it is meant as text, or leave the line out`;

/** The node of a path like `policies[0].match.stream`, or the nearest one around it that the file has. */
function nodeAt(document: Document.Parsed, path: string): Node | null {
  const steps = Array.from(path.matchAll(/\[(\d+)\]|([^.[\]]+)/g), ([, index, key]) => (index ? Number(index) : key));
  for (let length = steps.length; length > 0; length -= 1) {
    const found = document.getIn(steps.slice(0, length), true);
    if (isAlias(found)) return found.resolve(document) ?? null;
    if (found !== undefined && found !== null) return found as Node;
  }
  return null;
}
