/**
 * An expression for a page: the texts in view whose contrast with what is behind them is less than 4.5 (WCAG 2.2, 1.4.3), each with its class and
 * its ratio.
 */
export const faintTexts = `(() => {
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const colourOf = (text) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = text;
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = ([r, g, b, a], below) => [...[r, g, b].map((v, i) => v * a + below[i] * (1 - a)), 1];
  const upwards = (element) => (element ? [element, ...upwards(element.parentElement)] : []);
  const behind = (element) =>
    upwards(element).map((one) => colourOf(getComputedStyle(one).backgroundColor)).reverse().reduce((below, colour) => over(colour, below), [255, 255, 255, 1]);
  const isSeen = (element) => {
    const { width, top, bottom, left, right } = element.getBoundingClientRect();
    return width > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth && !element.closest('option, [inert], :disabled')
      && getComputedStyle(element).visibility === 'visible';
  };
  const faint = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.textContent.trim() === '' || !isSeen(element)) continue;
    const opacity = upwards(element).reduce((product, one) => product * Number(getComputedStyle(one).opacity), 1);
    const background = behind(element);
    const [r, g, b, a] = colourOf(getComputedStyle(element).color);
    const [dark, light] = [luminance(over([r, g, b, a * opacity], background)), luminance(background)].sort((x, y) => x - y);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) faint.add((element.closest('[class]')?.className ?? '') + ': ' + ratio.toFixed(2));
  }
  return [...faint];
})()`;
