/** Which functions a statement may call, by what the engine says of each. What is new and of no known kind is refused. */
export type Vocabulary = {
  /** Whatever may stand before a parenthesis: functions, table functions, types, codecs, kinds of indexes. */
  isCallable(name: string): boolean;
  /** The engine has a function of this name, which may not be called, by its name alone either. */
  isRefused(name: string): boolean;
};

export type KnownFunction = { readonly name: string; readonly kind: string; readonly aliasTo: string };

/** What `vocabularyOf` needs to know, as one query. */
export const functionsQuery = `SELECT name, categories AS kind, alias_to AS aliasTo FROM system.functions FORMAT JSONEachRow`;
export const otherNamesQuery = `SELECT name FROM system.data_type_families UNION ALL SELECT name FROM system.codecs
  UNION ALL SELECT name FROM system.data_skipping_index_types FORMAT JSONEachRow`;
export const tableFunctionsQuery = 'SELECT name FROM system.table_functions FORMAT JSONEachRow';
export const combinatorsQuery = 'SELECT name FROM system.aggregate_function_combinators FORMAT JSONEachRow';

/** Kinds of functions that look at nothing but their arguments. */
const kinds = new Set(
  (
    'Aggregate Functions|Arithmetic|Arrays|Bit|Bitmap|Comparison|Conditional|Dates and Times|Distance|Encoding|Encryption|' +
    'Financial|Geo|Geo Polygon|Hash|IP Address|JSON|Logical|Map|Mathematical|Null|NumericIndexedVector|QBit|' +
    'Random Number|Rounding|String|String Replacement|String Search|String Splitting|Time Series|Time Window|Tuple|' +
    'Type Conversion|URL|UUID'
  ).split('|'),
);

/** Of the other kinds, those that know nothing of files, hosts or the process. */
const single = new Set(
  (
    '_CAST bar byteSize caseWithExpression countDigits currentDatabase currentUser defaultValueOfArgumentType ' +
    'defaultValueOfTypeName displayName dumpColumnStructure errorCodeToName finalizeAggregation formatQuery ' +
    'formatQuerySingleLine formatReadableDecimalSize formatReadableQuantity formatReadableSize formatReadableTimeDelta ' +
    'getSetting getSizeOfEnumType getSubcolumn hostName identity ignore indexHint initializeAggregation isConstant ' +
    'isDecimalOverflow lowCardinalityIndices lowCardinalityKeys materialize minSampleSizeContinuous ' +
    'minSampleSizeConversion neighbor nested normalizeQuery normalizedQueryHash parseReadableSize ' +
    'parseReadableSizeOrNull parseReadableSizeOrZero parseTimeDelta revision rowNumberInAllBlocks rowNumberInBlock ' +
    'runningAccumulate runningDifference throwIf toColumnTypeName toTypeName transform variantElement variantType ' +
    'version visibleWidth'
  ).split(' '),
);

/** Tables made of numbers. None of these takes a text, which could hold a structure with expressions. */
const tableFunctions = ['numbers', 'numbers_mt', 'zeros', 'zeros_mt', 'generate_series', 'generateSeries'];

/** What a table may be made of: local data only. */
const engines =
  /^(?:(?:Replacing|Summing|Aggregating|Collapsing|VersionedCollapsing|Coalescing)?MergeTree|Memory|Null|Log|TinyLog|StripeLog|View|Atomic)$/;

export const isEngine = (name: string): boolean => engines.test(name);

/** Words of the language that stand before a parenthesis as functions do. */
const words = ['COLUMNS', 'CODEC', 'EXISTS'];

export type EngineNames = {
  readonly functions: readonly KnownFunction[];
  readonly tableFunctions: readonly string[];
  /** Types, codecs, kinds of indexes. */
  readonly others: readonly string[];
  /** Suffixes of aggregate functions, e.g. `If`. */
  readonly combinators: readonly string[];
};

export function vocabularyOf(engine: EngineNames): Vocabulary {
  const known = new Map(engine.functions.map((one) => [one.name, one]));
  const allowed = new Set([...engine.others, ...words, ...tableFunctions].map((name) => name.toLowerCase()));
  const refused = new Set<string>();
  const aggregates = new Set<string>();
  for (const one of engine.functions) {
    const name = one.name.toLowerCase();
    const target = one.aliasTo === '' ? one : (known.get(one.aliasTo) ?? one);
    if (target.kind === 'Aggregate Functions') aggregates.add(name);
    (kinds.has(target.kind) || single.has(target.name) ? allowed : refused).add(name);
  }
  // Some are called like a harmless function, e.g. `format`, and which of the two is meant the name alone doesn't tell.
  const tables = new Set(
    engine.tableFunctions.filter((name) => !tableFunctions.includes(name)).map((name) => name.toLowerCase()),
  );
  const suffixes = engine.combinators.map((name) => name.toLowerCase());

  /** `sumIf`, `quantilesMergeState`: an aggregate function and its combinators. */
  function isCombined(name: string): boolean {
    if (aggregates.has(name)) return true;
    return suffixes.some(
      (suffix) => name.length > suffix.length && name.endsWith(suffix) && isCombined(name.slice(0, -suffix.length)),
    );
  }

  return {
    isCallable: (name) => {
      const lower = name.toLowerCase();
      if (refused.has(lower) || tables.has(lower)) return false;
      return allowed.has(lower) || isCombined(lower);
    },
    isRefused: (name) => refused.has(name.toLowerCase()),
  };
}
