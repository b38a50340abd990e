import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { circlesIn, importsAmong, pastDoors } from './architecture/circles.ts';
import { brokenImports, mayImport, rooms } from './architecture/rooms.ts';

const root = join(import.meta.dirname, '..');

/** Files that git knows or would add, so that a page's build output and installed packages stay out. */
function sourceFiles(): string[] {
  return execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.ts', '*.tsx'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((file) => file !== '');
}

/** Path from the root → text. */
function sources(): Map<string, string> {
  return new Map(
    sourceFiles().flatMap((file) => {
      try {
        return [[file, readFileSync(join(root, file), 'utf8')] as const];
      } catch {
        return []; // Deleted, not committed yet.
      }
    }),
  );
}

describe('the tree', () => {
  const tree = sources();
  const imports = importsAmong(tree);

  test('keeps to the import table', () => {
    expect(tree.size).toBeGreaterThan(500);
    expect([...tree].flatMap(([file, source]) => brokenImports(file, source))).toEqual([]);
  });

  test('has no circle of files, types included', () => {
    expect(circlesIn(imports)).toEqual([]);
  });

  test('enters a folder that has an index.ts through it alone', () => {
    expect(pastDoors(imports)).toEqual([]);
  });

  test('runs roles without the files of the commands', () => {
    const roles = [...imports].filter(([file]) => file.startsWith('cli/roles/'));
    expect(roles.length).toBeGreaterThan(8);
    const commands = roles.flatMap(([file, targets]) =>
      [...targets].filter((target) => target.startsWith('cli/commands/')).map((target) => `${file} imports ${target}`),
    );
    expect(commands).toEqual([]);
  });
});

describe('circles and doors', () => {
  const planted = (files: Readonly<Record<string, string>>) => importsAmong(new Map(Object.entries(files)));

  test('a circle is found in any form of import, and only what goes around belongs to it', () => {
    const imports = planted({
      'runtime/a.ts': `import type { B } from './b.ts';`,
      'runtime/b.ts': `export { c } from './c.ts';`,
      'runtime/c.ts': `let a: import('./a.ts').A;`,
      'runtime/d.ts': `import { a } from './a.ts';`,
      'runtime/itself.ts': `import type { It } from './itself.ts';`,
    });
    expect(circlesIn(imports).map((circle) => circle.join(' '))).toEqual([
      'runtime/a.ts runtime/b.ts runtime/c.ts',
      'runtime/itself.ts',
    ]);
  });

  test('a shared import is no circle', () => {
    const diamond = planted({
      'runtime/a.ts': `import './b.ts'; import './c.ts';`,
      'runtime/b.ts': `import './d.ts';`,
      'runtime/c.ts': `import './d.ts';`,
      'runtime/d.ts': '',
    });
    expect(circlesIn(diamond)).toEqual([]);
  });

  test('an import past a door is found; from inside and through the door it is none', () => {
    const imports = planted({
      'connectors/kafka/index.ts': `export { a } from './deep/a.ts';`,
      'connectors/kafka/deep/a.ts': '',
      'connectors/kafka/b.ts': `import { a } from './deep/a.ts';`,
      'services/sink/past.ts': `import type { A } from '../../connectors/kafka/deep/a.ts';`,
      'services/sink/through.ts': `import { a } from '../../connectors/kafka/index.ts';`,
      'test/any.ts': `import { a } from '../connectors/kafka/deep/a.ts';`,
    });
    expect(pastDoors(imports)).toEqual([
      'services/sink/past.ts goes past connectors/kafka/index.ts to connectors/kafka/deep/a.ts',
    ]);
  });
});

describe('the import table', () => {
  const restricted = rooms.filter((room) => !['cli', 'test', 'bench'].includes(room));
  /** A folder of that room that isn't the importing file's. */
  const within = (room: string) => (room.includes('/') ? room : `${room}/other`);
  const forms = {
    import: (from: string) => `import { a } from '${from}';`,
    'import type': (from: string) => `import type { A } from '${from}';`,
    'a type among values': (from: string) => `import { type A } from '${from}';`,
    'export from': (from: string) => `export { a } from '${from}';`,
    'export type from': (from: string) => `export type { A } from '${from}';`,
    'export *': (from: string) => `export * from '${from}';`,
    'a dynamic import': (from: string) => `const a = await import('${from}');`,
    'an import type expression': (from: string) => `let a: import('${from}').A;`,
  };

  for (const room of restricted) {
    const allowed: readonly string[] = mayImport[room];
    for (const [form, write] of Object.entries(forms)) {
      test(`rejects ${form} from ${room}/ into a room that the table doesn't name`, () => {
        for (const other of rooms) {
          if (other === room || allowed.includes(other)) continue;
          const source = `// first line\n${write(`../../${within(other)}/index.ts`)}`;
          expect(brokenImports(`${room}/deep/file.ts`, source), other).toHaveLength(1);
          expect(brokenImports(`${room}/deep/file.ts`, source)[0]).toContain(`${room}/deep/file.ts:2`);
        }
      });

      test(`accepts ${form} inside ${room}/ and into what the table names`, () => {
        expect(brokenImports(`${room}/deep/more/file.ts`, write('../index.ts'))).toEqual([]);
        for (const other of allowed) {
          expect(brokenImports(`${room}/deep/file.ts`, write(`../../${within(other)}/index.ts`)), other).toEqual([]);
        }
      });
    }
  }

  test('keeps the services apart', () => {
    const source = `import { a } from '../jobs/index.ts';`;
    expect(brokenImports('services/sink/file.ts', source)).toEqual([
      'services/sink/file.ts:1: services/ may not import services/jobs/index.ts',
    ]);
    expect(brokenImports('services/jobs/deep/file.ts', `import { a } from '../index.ts';`)).toEqual([]);
  });

  test('keeps Node, packages and computed targets out of processors/', () => {
    for (const source of [
      `import { readFile } from 'node:fs/promises';`,
      `import type { KafkaJS } from '@confluentinc/kafka-javascript';`,
      'const name = "x"; await import(name);',
    ]) {
      expect(brokenImports('processors/video/file.ts', source), source).toHaveLength(1);
    }
  });
});

describe('the linter', () => {
  const breaking = {
    'processors/a/c.ts': `export { readFileSync } from 'node:fs';`,
    'services/a/b.ts': `export { setTimeout } from 'node:timers/promises';`,
    'connectors/a/clock.ts': 'export const a = Date.now();',
    'connectors/a/random.ts': 'export const a = Math.random();',
    'connectors/a/environment.ts': 'export const a = process.env.HOME;',
    'connectors/a/timer.ts': 'export const a = setTimeout(() => {}, 1);',
    'local/any.ts': 'export const a = (b: any): unknown => b;',
    'local/floating.ts': 'const a = async (): Promise<number> => 1;\na();\nexport { a };',
  };
  const fine = {
    'platform/host/index.ts': 'export const a = Date.now() + Math.random();',
    'emulator/clock.ts': 'export const a = setTimeout(() => {}, 1);',
    'cli/environment.ts': 'export const a = process.env.HOME;',
    'local/environment.ts': 'export const a = process.env.HOME;',
    'connectors/a/fine.ts': `export type { A } from '../../processors/video/index.ts';`,
  };

  test('rejects what breaks a rule of the house, and only that', () => {
    const folder = mkdtempSync(join(tmpdir(), 'live2vod-lint-'));
    try {
      for (const config of ['biome.json', '.gitignore', 'lint']) {
        cpSync(join(root, config), join(folder, config), { recursive: true });
      }
      for (const [file, source] of Object.entries({ ...breaking, ...fine })) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), `${source}\n`);
      }
      const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
      const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none'], {
        cwd: folder,
        encoding: 'utf8',
      });
      const { diagnostics } = JSON.parse(stdout) as { diagnostics: { location: { path: string } }[] };
      const rejected = new Set(diagnostics.map(({ location }) => location.path));
      expect(rejected).toEqual(new Set(Object.keys(breaking)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
