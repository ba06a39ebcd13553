import { encodeWatchFrame } from '#api';
import type { Clock, KubeObject, Status } from '#apimachinery';
import type { CacheEvent } from '#cacher';
import type { NegotiatedStream } from '../request/negotiation.js';
import type { APIResource } from '../rest/api-resource.js';
import { columnDefinitions, type IncludeObject, tableOf, tableRow } from '../rest/table.js';
import { partialMetadata, type Stored, viewObject, viewText } from '../rest/view.js';
import type { WatchType } from '../rest/watch.js';

/** The encoding and form of events for one watcher. */
export interface WatchForm {
  resource: APIResource;
  negotiated: NegotiatedStream;
  include: IncludeObject;
  clock: Clock;
}

const text = new TextEncoder();

/** Encodes events as frames. A frame of the same event in the same form is encoded once for all watchers (CacheEvent.encoded). */
export class WatchEncoder {
  private readonly id: string;
  private headed = false;

  constructor(private readonly form: WatchForm) {
    const { resource, negotiated, include } = form;
    const { kind = '', version = '' } = negotiated.convert ?? {};
    this.id = `${resource.apiVersion} ${negotiated.encoding} ${kind} ${version} ${include} `;
  }

  /** The frame of an object that existed at the start, to be encoded when the reader is ready for it. */
  initial(stored: Stored): () => Uint8Array {
    const first = this.form.negotiated.convert?.kind === 'Table' && !this.headed;
    this.headed = true;
    return () => this.encode('ADDED', stored, first);
  }

  /** The frame of a change. */
  event(type: WatchType, stored: Stored, event: CacheEvent): Uint8Array {
    const first = this.form.negotiated.convert?.kind === 'Table' && !this.headed;
    this.headed = true;
    // The first frame of a Table has the columns, so it is not shared with other watchers.
    if (first) return this.encode(type, stored, first);
    const id = this.id + type;
    let frame = event.encoded.get(id);
    if (frame === undefined) {
      frame = this.encode(type, stored, false);
      event.encoded.set(id, frame);
    }
    return frame;
  }

  /** A bookmark: an empty object of the kind with a resourceVersion. */
  bookmark(revision: number, initial: boolean): Uint8Array {
    const { resource, negotiated } = this.form;
    const annotations = initial ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const metadata = { resourceVersion: String(revision), ...annotations };
    const { convert } = negotiated;
    if (convert?.kind === 'Table') return this.frame('BOOKMARK', this.bookmarkTable(metadata, convert.version));
    const kind = convert ? convert.kind : resource.kind;
    const apiVersion = convert ? `meta.k8s.io/${convert.version}` : resource.apiVersion;
    return this.frame('BOOKMARK', { kind, apiVersion, metadata });
  }

  error(status: Status): Uint8Array {
    return this.frame('ERROR', status);
  }

  private bookmarkTable(metadata: Record<string, unknown>, version: string): object {
    const { resource } = this.form;
    const cells = columnDefinitions(resource).map(() => '');
    const object = { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
    const table = tableOf(resource, { resourceVersion: metadata.resourceVersion }, [{ cells, object }], version);
    const headed = this.headed;
    this.headed = true;
    return headed ? { ...table, columnDefinitions: null } : table;
  }

  private encode(type: WatchType, stored: Stored, first: boolean): Uint8Array {
    const { resource, negotiated, clock } = this.form;
    const now = clock.now();
    if (negotiated.convert === undefined && negotiated.encoding === 'json') {
      return text.encode(`{"type":"${type}","object":${viewText(resource, stored, now)}}\n`);
    }
    return this.frame(type, this.converted(stored, now, first));
  }

  private converted(stored: Stored, now: number, first: boolean): object {
    const { resource, negotiated, include } = this.form;
    const { convert } = negotiated;
    const object = viewObject(resource, stored, now);
    if (convert === undefined) return object;
    if (convert.kind !== 'Table') return partialMetadata(object, convert.version);
    const rows = [tableRow(resource, stored, include, now, convert.version)];
    const table = tableOf(resource, { resourceVersion: object.metadata.resourceVersion }, rows, convert.version);
    return first ? table : { ...table, columnDefinitions: null };
  }

  private frame(type: string, object: object): Uint8Array {
    const { encoding } = this.form.negotiated;
    if (encoding === 'protobuf') return encodeWatchFrame(type, object as KubeObject);
    return text.encode(`{"type":"${type}","object":${JSON.stringify(object)}}\n`);
  }
}
