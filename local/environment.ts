/**
 * The one place of this room that reads the process's environment: what the programs that it starts get of it. By a
 * list of what is allowed, so that no process holds a password that it has no use for.
 */

/** What a Java program needs of its machine. */
const machine = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH', 'JAVA_HOME'];

/** What Maven's own documentation names, and proxies, which lead to the repository. */
const maven = [
  'M2_HOME',
  'MAVEN_HOME',
  'MAVEN_OPTS',
  'MAVEN_ARGS',
  'MAVEN_CONFIG',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
];
const proxies = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

/** For the broker and the registry. By any other locale Java can't name files beyond ASCII, such as a home's folder. */
export const javaEnvironment = (): NodeJS.ProcessEnv => ({ ...only((name) => ofMachine(name)), ...utf8 });

const utf8 = { LC_ALL: 'C.UTF-8' };

/**
 * For Maven.
 * @param userSettings text of the user's settings.xml, whose passwords may stand in the environment: what it names as
 *   `${env.NAME}` is passed on
 */
export function mavenEnvironment(userSettings: string): NodeJS.ProcessEnv {
  const named = new Set(Array.from(userSettings.matchAll(/\$\{env\.(\w+)\}/g), (match) => match[1]));
  const kept = only(
    (name) => ofMachine(name) || maven.includes(name) || proxies.includes(name.toLowerCase()) || named.has(name),
  );
  return { ...kept, ...utf8 };
}

const ofMachine = (name: string) => machine.includes(name) || name.startsWith('LC_');

function only(wanted: (name: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => wanted(name)));
}
