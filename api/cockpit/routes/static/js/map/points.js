/**
 * Thousands of points on one canvas. A DOM node for each would stall a station's computer; a canvas is one node, a
 * pan moves it as a picture, and what lies under the pointer is found in a grid of cells made while drawing.
 */
import * as L from "../../vendor/leaflet.js";

const CELL = 24;

/** Where a place lies on the square world of zoom 0, 256 pixels wide. */
export function worldOf(lat, lon) {
  const rad = (Math.max(-85.0511, Math.min(85.0511, lat)) * Math.PI) / 180;
  return [256 * (lon / 360 + 0.5), 256 * (0.5 - Math.log(Math.tan(Math.PI / 4 + rad / 2)) / (2 * Math.PI))];
}

/**
 * A layer over a source `{count, x, y, sprite(i)}`: world coordinates (NaN: not drawn) and the picture of each point.
 * A picture is `{image, half}`: a canvas and half its side in CSS pixels. Later points are drawn over earlier ones.
 */
export const PointsLayer = L.Renderer.extend({
  options: { padding: 0.2, pane: "overlayPane", reach: 9, thin: false },

  initialize(source, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this.source = source;
    this._waiting = 0;
    this.drawn = 0;
  },

  onRemove() {
    cancelAnimationFrame(this._waiting);
    this._waiting = 0;
    L.Renderer.prototype.onRemove.call(this);
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.className = "map-points";
    this._context = this._container.getContext("2d");
  },

  _destroyContainer() {
    this._container.remove();
    this._container = null;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    const canvas = this._container;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    // Setting the size clears a canvas and throws its store away; only when it is another one.
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    this._ratio = ratio;
    this._draw();
    this.fire("update");
  },

  /** Draw again before the next frame, once however often it is asked for. */
  redraw() {
    if (this._waiting || !this._map) return;
    this._waiting = requestAnimationFrame(() => {
      this._waiting = 0;
      if (this._map && this._container && !this._map._animatingZoom) this._draw();
    });
  },

  _draw() {
    const { source, _context: context, _bounds: bounds, _ratio: ratio } = this;
    const size = bounds.getSize();
    const scale = 2 ** this._map.getZoom();
    const origin = this._map.getPixelOrigin();
    const [left, top] = [origin.x + bounds.min.x, origin.y + bounds.min.y];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    const columns = Math.ceil(size.x / CELL) + 1;
    const heads = new Int32Array(columns * (Math.ceil(size.y / CELL) + 1)).fill(-1);
    const nexts = new Int32Array(source.count);
    // Zoomed far out, thousands of people share a few pixels: one picture for each such spot looks the same.
    const taken = this.options.thin ? new Uint8Array((Math.ceil(size.x / 2) + 1) * (Math.ceil(size.y / 2) + 1)) : null;
    const stride = Math.ceil(size.x / 2) + 1;
    let drawn = 0;
    for (let index = source.count - 1; index >= 0; index -= 1) {
      const x = source.x[index] * scale - left;
      const y = source.y[index] * scale - top;
      if (!(x >= 0 && y >= 0 && x <= size.x && y <= size.y)) continue;
      const cell = Math.floor(y / CELL) * columns + Math.floor(x / CELL);
      nexts[index] = heads[cell];
      heads[cell] = index;
    }
    for (let index = 0; index < source.count; index += 1) {
      const x = source.x[index] * scale - left;
      const y = source.y[index] * scale - top;
      if (!(x >= 0 && y >= 0 && x <= size.x && y <= size.y)) continue;
      if (taken) {
        const spot = (y >> 1) * stride + (x >> 1);
        if (taken[spot]) continue;
        taken[spot] = 1;
      }
      const sprite = source.sprite(index);
      context.drawImage(sprite.image, x - sprite.half, y - sprite.half, sprite.half * 2, sprite.half * 2);
      drawn += 1;
    }
    this.drawn = drawn;
    this._grid = { heads, nexts, columns, left, top, scale };
  },

  /** The topmost point within reach of a place of the map's container, or -1. */
  hit(containerPoint) {
    if (!this._grid) return -1;
    const { heads, nexts, columns, left, top, scale } = this._grid;
    const at = this._map.containerPointToLayerPoint(containerPoint).subtract(this._bounds.min);
    const reach = this.options.reach;
    let best = -1;
    let bestGap = reach * reach;
    for (let row = Math.floor((at.y - reach) / CELL); row <= Math.floor((at.y + reach) / CELL); row += 1) {
      for (let column = Math.floor((at.x - reach) / CELL); column <= Math.floor((at.x + reach) / CELL); column += 1) {
        const cell = row * columns + column;
        if (row < 0 || column < 0 || column >= columns || cell >= heads.length) continue;
        for (let index = heads[cell]; index >= 0; index = nexts[index]) {
          const gap = (this.source.x[index] * scale - left - at.x) ** 2 + (this.source.y[index] * scale - top - at.y) ** 2;
          if (gap < bestGap || (gap === bestGap && index > best)) [best, bestGap] = [index, gap];
        }
      }
    }
    return best;
  },
});

/** A picture for points: `paint(context)` draws around 0,0 within `half` pixels. */
export function makeSprite(half, paint) {
  const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
  const image = document.createElement("canvas");
  image.width = image.height = half * 2 * ratio;
  const context = image.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, half * ratio, half * ratio);
  paint(context);
  return { image, half };
}

/** A colour of the style sheet, as it is now. */
export function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#888";
}
