import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.ts';

export type Variant = { readonly mutant: number; readonly file: string; readonly source: string };

/** Which of the variants the compiler refuses: no test has to tell these. Checked in a copy that goes afterwards. */
export async function refusedByCompiler(variants: readonly Variant[]): Promise<ReadonlySet<number>> {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-mutants-'));
  try {
    for (const room of ['processors', 'schemas', 'package.json'])
      await cp(join(root, room), join(folder, room), { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const { compilerOptions } = JSON.parse(await readFile(join(root, 'tsconfig.json'), 'utf8')) as {
      compilerOptions: object;
    };
    // A name that a mutant leaves unused is no reason to refuse it.
    const options = { ...compilerOptions, noUnusedLocals: false, noUnusedParameters: false };
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ['processors'] }),
    );
    const refused = new Set<number>();
    for (const round of roundsOf(variants)) await checkRound(folder, round, refused);
    return refused;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** At most one variant of a file at a time, so that an error says which it is of. */
function roundsOf(variants: readonly Variant[]): readonly (readonly Variant[])[] {
  const rounds: Variant[][] = [];
  const counts = new Map<string, number>();
  for (const variant of variants) {
    const nth = counts.get(variant.file) ?? 0;
    counts.set(variant.file, nth + 1);
    rounds[nth] = [...(rounds[nth] ?? []), variant];
  }
  return rounds;
}

async function checkRound(folder: string, round: readonly Variant[], refused: Set<number>): Promise<void> {
  for (const { file, source } of round) await writeFile(join(folder, file), source);
  const complaints = await compilerSays(folder);
  for (const { file, mutant } of round) {
    if (complaints.includes(`${file}(`)) refused.add(mutant);
    await cp(join(root, file), join(folder, file));
  }
}

function compilerSays(folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const child = spawn(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}
