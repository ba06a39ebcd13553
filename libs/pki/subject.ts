import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** The attributes of a name that Go's crypto/x509/pkix copies, in its order, with their object identifiers. */
const ATTRIBUTES: ReadonlyArray<readonly [type: string, id: string]> = [
  ['country', '2.5.4.6'],
  ['organizations', '2.5.4.10'],
  ['units', '2.5.4.11'],
  ['locality', '2.5.4.7'],
  ['province', '2.5.4.8'],
  ['street', '2.5.4.9'],
  ['postalCode', '2.5.4.17'],
  ['commonName', '2.5.4.3'],
  ['serialNumber', '2.5.4.5'],
];

/** Attributes with a single value: the last one counts. */
const SINGLE = new Set(['commonName', 'serialNumber']);

const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

// A plain string that begins with # would be read as hexadecimal DER.
const encoded = (value: string) => (PRINTABLE.test(value) ? { printableString: value } : { utf8String: value });

const rdn = (id: string, values: readonly string[]): x509.JsonNameParams => (values.length === 0 ? [] : [{ [id]: values.map(encoded) }]);

/** A subject with a user name and groups. */
export function nameOf({ organizations, commonName }: { organizations: readonly string[]; commonName: string }): x509.Name {
  return new x509.Name([...rdn('2.5.4.10', organizations), ...rdn('2.5.4.3', [commonName])]);
}

/** The subject of a certificate for a request's: only known attributes, values of a type together (pkix.Name ToRDNSequence). */
export function certificateSubject(requested: x509.Name): x509.Name {
  return new x509.Name(
    ATTRIBUTES.flatMap(([type, id]) => {
      const values = requested.getField(id);
      return rdn(id, SINGLE.has(type) ? values.slice(-1) : values);
    }),
  );
}
