import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The engine's own rights: its one user may work with tables and views, and with nothing outside of them: no READ or
 * WRITE on FILE, URL, S3, REMOTE or any other source, no users, functions, dictionaries, named collections, backups or
 * SYSTEM commands. What these rights don't cover is the guard's business (`guard/`).
 */
const grants = [
  'SELECT',
  'INSERT',
  'SHOW',
  'CREATE DATABASE',
  'CREATE TABLE',
  'CREATE TEMPORARY TABLE',
  'CREATE VIEW',
  'DROP',
  'TRUNCATE',
  'OPTIMIZE',
  'ALTER COLUMN',
  'ALTER INDEX',
  'ALTER PROJECTION',
  'ALTER CONSTRAINT',
  'ALTER ORDER BY',
  'ALTER TTL',
  'ALTER UPDATE',
  'ALTER DELETE',
  'ALTER SETTINGS',
  'ALTER VIEW',
  'KILL QUERY',
];

/** What of these is refused in the engine's own databases: a statement without FROM reads `system.one`. */
const ofEngine = ['system', 'information_schema', 'INFORMATION_SCHEMA'].map(
  (database) => `REVOKE INSERT, CREATE, DROP, TRUNCATE, OPTIMIZE, ALTER ON ${database}.*`,
);

/**
 * Settings that no user may change: they read or write files, ask other hosts, hold SQL in a text, or make the engine
 * read statements in another way than the guard did.
 */
const fixed: Readonly<Record<string, string>> = {
  additional_result_filter: '',
  additional_table_filters: '{}',
  allow_introspection_functions: '0',
  dialect: 'clickhouse',
  dynamic_disk_allow_from_env: '0',
  dynamic_disk_allow_from_zk: '0',
  dynamic_disk_allow_include: '0',
  format_avro_schema_registry_url: '',
  format_schema: '',
  format_template_resultset: '',
  format_template_row: '',
  input_format_record_errors_file_path: '',
  // An INSERT of VALUES takes literals: expressions would be evaluated without the guard having seen them.
  input_format_values_deduce_templates_of_expressions: '0',
  input_format_values_interpret_expressions: '0',
  merge_tree_disk: '',
  merge_tree_storage_policy: 'default',
  output_format_schema: '',
};

/** How long a statement may be, bytes; bound parameters are statements of their own. */
export const maxStatementBytes = 1024 * 1024;

const users = `<clickhouse>
  <profiles>
    <default>
      <max_query_size>${64 * maxStatementBytes}</max_query_size>
${Object.entries(fixed)
  .filter(([name]) => !name.startsWith('merge_tree_'))
  .map(([name, value]) => `      <${name}>${value}</${name}>`)
  .join('\n')}
      <constraints>
${Object.keys(fixed)
  .map((name) => `        <${name}><const/></${name}>`)
  .join('\n')}
      </constraints>
    </default>
  </profiles>
  <users>
    <default>
      <password></password>
      <profile>default</profile>
      <quota>default</quota>
      <networks><ip>::/0</ip></networks>
      <grants>
${[`GRANT ${grants.join(', ')} ON *.*`, ...ofEngine].map((query) => `        <query>${query}</query>`).join('\n')}
      </grants>
    </default>
  </users>
  <quotas><default/></quotas>
</clickhouse>
`;

/** Writes the engine's configuration into its data folder and gives the path of the file to start it with. */
export async function writeRights(folder: string): Promise<string> {
  const place = join(folder, 'rights');
  await mkdir(place, { recursive: true, mode: 0o700 });
  const usersFile = join(place, 'users.xml');
  const configFile = join(place, 'config.xml');
  await writeFile(usersFile, users, { mode: 0o600 });
  await writeFile(configFile, `<clickhouse><users_config>${escaped(usersFile)}</users_config></clickhouse>\n`, {
    mode: 0o600,
  });
  return configFile;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
