import type { Command } from 'commander';

const load = () => import('../schema-check.ts');

export function addSchemas(program: Command): void {
  const schemas = program.command('schemas').description('the Avro contracts of the topics');
  schemas
    .command('check')
    .description('compare them with the released ones and with the registry; fails on a breaking change')
    .option('--offline', 'leave the registry out')
    .action(async ({ offline = false }: { offline?: boolean }) => (await load()).check({ offline }));
  schemas
    .command('register')
    .description('register them; refused when it would break readers')
    .action(async () => (await load()).register());
}
