/** The beginnings of a page that net/http takes for HTML when a program names no type (DetectContentType). */
const HTML = /^[\t\n\f\r ]*(?:<!--|<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[ >])/i;

/** The type that Go's web server gives a text for which its program names none. */
export const sniffedType = (text: string): string => (HTML.test(text) ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8');
