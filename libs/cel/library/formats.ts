import {
  isDNS1035Label,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidLabelValue,
  nameIsDNS1035Label,
  nameIsDNSLabel,
  nameIsDNSSubdomain,
} from '#apimachinery';
import { fn, type Implementation, type Library, member, overload } from '../check/functions.js';
import { FORMAT, listType, optionalType, STRING } from '../check/types.js';
import { parseTimestamp } from '../run/time.js';
import { HostValue, Optional } from '../run/values.js';
import { parseRequestURI } from './url-parse.js';

/** Named formats (apiserver/pkg/cel/library/format.go): format.dns1123Label().validate(text). */

type Validate = (text: string) => string[];

class Format extends HostValue {
  readonly type = FORMAT;

  constructor(
    private readonly name: string,
    readonly validate: Validate,
    /** The length of its pattern, which costs are counted by. */
    readonly patternSize: number,
  ) {
    super();
  }

  override equals(other: HostValue): boolean {
    return other instanceof Format && this.name === other.name;
  }

  override toString(): string {
    return this.name;
  }
}

const UUID = /^(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;
const check =
  (holds: (text: string) => boolean, message: string): Validate =>
  (text) =>
    holds(text) ? [] : [message];

const uri: Validate = (text) => {
  const found = parseRequestURI(text);
  return 'error' in found ? [found.error] : [];
};
const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined;
const isDateTime = (text: string): boolean =>
  text !== '' && parseTimestamp(text.replace(/^(.{10})t/, '$1T').replace(/z$/, 'Z')) !== undefined;

/** By the names that expressions use. The sizes are those of upstream's patterns. */
const FORMATS: readonly [string, Format][] = [
  ['dns1123Label', new Format('DNS1123Label', isDNS1123Label, 30)],
  ['dns1123Subdomain', new Format('DNS1123Subdomain', isDNS1123Subdomain, 60)],
  ['dns1035Label', new Format('DNS1035Label', isDNS1035Label, 30)],
  ['qualifiedName', new Format('QualifiedName', isQualifiedName, 60)],
  ['dns1123LabelPrefix', new Format('DNS1123LabelPrefix', (text) => nameIsDNSLabel(text, true), 30)],
  ['dns1123SubdomainPrefix', new Format('DNS1123SubdomainPrefix', (text) => nameIsDNSSubdomain(text, true), 60)],
  ['dns1035LabelPrefix', new Format('DNS1035LabelPrefix', (text) => nameIsDNS1035Label(text, true), 30)],
  ['labelValue', new Format('LabelValue', isValidLabelValue, 40)],
  ['uri', new Format('URI', uri, 1103)],
  [
    'uuid',
    new Format(
      'uuid',
      check((text) => UUID.test(text), 'does not match the UUID format'),
      72,
    ),
  ],
  [
    'byte',
    new Format(
      'byte',
      check((text) => text === '' || BASE64.test(text), 'invalid base64'),
      84,
    ),
  ],
  ['date', new Format('date', check(isDate, 'invalid date'), 95)],
  ['datetime', new Format('datetime', check(isDateTime, 'invalid datetime'), 95)],
];
const byName = new Map(FORMATS);

const validate: Implementation = ([format, text], context) => {
  context.work((text as string).length >> 2);
  const errors = (format as Format).validate(text as string);
  return errors.length === 0 ? Optional.none : Optional.of(errors);
};

const named: Implementation = ([name]) => {
  const format = byName.get(name as string);
  return format ? Optional.of(format) : Optional.none;
};

export const formats: Library = [
  ...FORMATS.map(([name, format]) =>
    fn(
      `format.${name}`,
      overload(`format.${name}`, [], FORMAT, () => format),
    ),
  ),
  fn('validate', member('format-validate', [FORMAT, STRING], optionalType(listType(STRING)), validate)),
  fn('format.named', overload('format-named', [STRING], optionalType(FORMAT), named)),
];
