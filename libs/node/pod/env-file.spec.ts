import { envFileValue } from './env-file.js';

test.each<[string, string, string | undefined]>([
  ['a value', "OTHER='x'\nKEY='value'\n", 'value'],
  ['blank lines and comments', "\n  # KEY='no'\n  KEY='value' # yes", 'value'],
  ['several lines', "KEY='one\n two\nthree'\n", 'one\n two\nthree'],
  ['what is in quotes is taken as it is', 'KEY=\'$HOME "x" # y\'', '$HOME "x" # y'],
  ['no such variable', "OTHER='x'\n", ''],
  ['an empty file', '', ''],
  ['a blank before the value', "KEY= 'value'", ''],
  ['a value without quotes', 'KEY=value', undefined],
  ['a blank before the sign', "KEY ='value'", undefined],
  ['no sign', 'KEY', undefined],
  ['no name', "='x'", undefined],
  ['no closing quote', "KEY='value\nmore\n", undefined],
  ['something after the quote', "OTHER='x'y\nKEY='value'", undefined],
  ['what is wrong after the variable is not seen', "KEY='value'\nrubbish", 'value'],
])('files of variables: %s', (_, text, value) => expect(envFileValue(text, 'KEY')).toBe(value));
