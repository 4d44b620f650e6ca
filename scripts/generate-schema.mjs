// Writes src/api/schema/schema-table.ts: the fields of every API kind, from kubernetes-types and src/api/v1-34-fields.ts.
// Run by hand after either changes: node scripts/generate-schema.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const resourcesText = readFileSync(join(root, 'src/api/resources.ts'), 'utf8');
const entry = join(root, 'src/api/types.ts');
const program = ts.createProgram([entry], {
  target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true, allowImportingTsExtensions: true, noEmit: true, skipLibCheck: true,
});
const checker = program.getTypeChecker();

// Go's int64 fields; every other number is an int32.
const INT64 = new Set([
  'activeDeadlineSeconds', 'deletionGracePeriodSeconds', 'terminationGracePeriodSeconds', 'generation', 'observedGeneration', 'runAsUser', 'runAsGroup', 'fsGroup',
  'supplementalGroups', 'tolerationSeconds', 'expirationSeconds', 'startingDeadlineSeconds', 'revision', 'sizeBytes', 'uid', 'gid', 'gracePeriodSeconds', 'remainingItemCount',
  'seconds', 'capacity', 'timeoutSecondsInt64', 'maxLength', 'minLength', 'maxItems', 'minItems', 'maxProperties', 'minProperties',
]);
const FLOAT = new Set(['JSONSchemaProps.maximum', 'JSONSchemaProps.minimum', 'JSONSchemaProps.multipleOf']);
const BYTES = new Set(['Secret.data', 'ConfigMap.binaryData', 'WebhookClientConfig.caBundle']);
const RAW = new Set(['RawExtension', 'JSON', 'FieldsV1', 'JSONSchemaPropsOrArray', 'JSONSchemaPropsOrBool', 'JSONSchemaPropsOrStringArray']);
const SCALARS = new Map([['Quantity', 'quantity'], ['Time', 'time'], ['MicroTime', 'microtime'], ['IntOrString', 'intstr']]);

const packageOf = (file) => /kubernetes-types\/(.+?)\.d\.ts$/.exec(file)?.[1] ?? '';
const table = new Map();

const numberType = (owner, name) => {
  if (FLOAT.has(`${owner}.${name}`)) return 'float64';
  if (owner === 'NodeSwapStatus' || INT64.has(name)) return 'int64';
  return 'int32';
};

const typeText = (node, owner, name) => {
  if (ts.isArrayTypeNode(node)) return `[]${typeText(node.elementType, owner, name)}`;
  if (ts.isUnionTypeNode(node)) {
    const parts = node.types.map((part) => part.getText());
    if (parts.includes('number') && parts.includes('string')) return 'intstr';
    return typeText(node.types[0], owner, name);
  }
  if (ts.isLiteralTypeNode(node)) return 'string';
  if (ts.isTypeLiteralNode(node)) {
    const index = node.members.find(ts.isIndexSignatureDeclaration);
    return index === undefined ? 'raw' : `map:${BYTES.has(`${owner}.${name}`) ? 'bytes' : typeText(index.type, owner, name)}`;
  }
  switch (node.kind) {
    case ts.SyntaxKind.StringKeyword: return BYTES.has(`${owner}.${name}`) ? 'bytes' : 'string';
    case ts.SyntaxKind.NumberKeyword: return numberType(owner, name);
    case ts.SyntaxKind.BooleanKeyword: return 'bool';
    default:
  }
  if (!ts.isTypeReferenceNode(node)) return 'raw';
  const typeName = node.typeName.getText();
  if (typeName === 'Array') return `[]${typeText(node.typeArguments[0], owner, name)}`;
  if (RAW.has(typeName)) return 'raw';
  if (SCALARS.has(typeName)) return SCALARS.get(typeName);
  let symbol = checker.getSymbolAtLocation(node.typeName);
  if (symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol.declarations[0];
  if (ts.isTypeAliasDeclaration(declaration)) return typeText(declaration.type, owner, name);
  return add(symbol);
};

const idOf = (symbol) => `${packageOf(symbol.declarations.map((d) => d.getSourceFile().fileName).find((f) => packageOf(f) !== '') ?? 'core/v1')}.${symbol.getName()}`;

function add(symbol) {
  const declared = symbol.declarations.find((d) => packageOf(d.getSourceFile().fileName) !== '');
  const id = declared === undefined ? `core/v1.${symbol.getName()}` : idOf(symbol);
  if (table.has(id)) return id;
  table.set(id, '');
  const fields = [...(symbol.members?.values() ?? [])].map((member) => {
    const { type } = member.declarations.find((d) => d.type !== undefined);
    return `${member.getName()}=${typeText(type, symbol.getName(), member.getName())}`;
  });
  table.set(id, fields.sort((a, b) => (a < b ? -1 : 1)).join(';'));
  return id;
}

const MODULE_OF = (group) => (group === '' ? 'core' : group.split('.')[0]);
const kinds = [];
for (const [, group, version, body] of resourcesText.matchAll(/rowsOf\('([^']*)', '([^']*)', \[([\s\S]*?)\n? *\]\)/g)) {
  for (const [, kind] of body.matchAll(/kind: '([^']+)'/g)) kinds.push({ group, version, kind });
}
const rootsOf = ({ group, version, kind }) => {
  const file = program.getSourceFiles().find((f) => packageOf(f.fileName) === `${MODULE_OF(group) === 'rbac' ? 'rbac' : MODULE_OF(group)}/${version}`);
  const exported = file === undefined ? undefined : checker.getSymbolAtLocation(file) && checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  const symbol = exported?.find((s) => s.getName() === kind);
  if (symbol === undefined) { console.error(`Expected a type for ${group}/${version} ${kind}. Instead, found none.`); return undefined; }
  return [`${group === '' ? version : `${group}/${version}`} ${kind}`, add(symbol)];
};
const roots = kinds.map(rootsOf).filter((row) => row !== undefined);

const compare = (a, b) => (a[0] < b[0] ? -1 : 1);
const rows = (entries, perLine = 1) => entries.map(([key, value], i) =>
  `${i % perLine === 0 ? '  ' : ' '}['${key}', '${value}'],${i % perLine === perLine - 1 ? '\n' : ''}`).join('').trimEnd();
writeFileSync(join(root, 'src/api/schema/schema-table.ts'), `/**
 * The fields of every API type, one line a type: \`name=type\` separated by \`;\`.
 * Written by scripts/generate-schema.mjs from kubernetes-types and src/api/v1-34-fields.ts. Do not edit.
 */

/** Types: string, bool, int32, int64, float64, quantity, time, microtime, intstr, bytes, raw, \`[]T\`, \`map:T\`, or a key of this table. */
export const typeRows: readonly (readonly [string, string])[] = [
${rows([...table].sort(compare))}
];

/** The type of each \`apiVersion kind\`. */
export const kindRows: readonly (readonly [string, string])[] = [
${rows(roots, 2)}
];
`);
console.log(`${table.size} types, ${roots.length} kinds`);
