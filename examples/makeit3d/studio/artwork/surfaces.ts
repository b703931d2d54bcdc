import { CanvasTexture, MeshPhysicalMaterial, RepeatWrapping, SRGBColorSpace } from "three";

/** Random, but the same every time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

function painted(size: number, draw: (pen: CanvasRenderingContext2D) => void): CanvasTexture {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("No canvas.");
  draw(pen);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.anisotropy = 8;
  return texture;
}

/** Oiled boards with their grain. */
export function boards(color = "#a5713f"): MeshPhysicalMaterial {
  const roll = dice(7);
  const map = painted(1024, (pen) => {
    for (let board = 0; board < 4; board += 1) {
      const left = board * 256;
      pen.fillStyle = color;
      pen.fillRect(left, 0, 256, 1024);
      pen.fillStyle = `rgba(${roll() > 0.5 ? "255,226,180" : "60,30,10"},${0.05 + roll() * 0.1})`;
      pen.fillRect(left, 0, 256, 1024);
      for (let line = 0; line < 70; line += 1) {
        const x = left + roll() * 256;
        pen.strokeStyle = `rgba(${roll() > 0.45 ? "66,34,14" : "255,222,170"},${0.04 + roll() * 0.12})`;
        pen.lineWidth = 0.6 + roll() * 2.2;
        pen.beginPath();
        pen.moveTo(x, -20);
        pen.bezierCurveTo(x + roll() * 24 - 12, 340, x + roll() * 24 - 12, 680, x + roll() * 10 - 5, 1044);
        pen.stroke();
      }
      pen.fillStyle = "rgba(30,14,4,.6)";
      pen.fillRect(left, 0, 2.5, 1024);
    }
  });
  map.wrapS = map.wrapT = RepeatWrapping;
  map.repeat.set(3, 3);
  map.rotation = 0.5;
  return new MeshPhysicalMaterial({ map, roughness: 0.52, clearcoat: 0.12 });
}

/** A plain wall, lighter on the side of the window. */
export function wall(light: string, dark: string): MeshPhysicalMaterial {
  const map = painted(256, (pen) => {
    const fall = pen.createLinearGradient(0, 0, 256, 120);
    fall.addColorStop(0, light);
    fall.addColorStop(1, dark);
    pen.fillStyle = fall;
    pen.fillRect(0, 0, 256, 256);
  });
  return new MeshPhysicalMaterial({ map, roughness: 0.95 });
}

/** The sky a little after sunset, with the first stars. */
export function evening(): MeshPhysicalMaterial {
  const roll = dice(11);
  const map = painted(1024, (pen) => {
    const fall = pen.createLinearGradient(0, 0, 0, 1024);
    fall.addColorStop(0, "#0f1d3c");
    fall.addColorStop(0.42, "#2b4a7c");
    fall.addColorStop(0.66, "#8a7fa6");
    fall.addColorStop(0.8, "#e59a6d");
    fall.addColorStop(1, "#f6c98a");
    pen.fillStyle = fall;
    pen.fillRect(0, 0, 1024, 1024);
    for (let star = 0; star < 260; star += 1) {
      pen.fillStyle = `rgba(255,250,235,${0.3 + roll() * 0.7})`;
      pen.beginPath();
      pen.arc(roll() * 1024, roll() ** 1.6 * 560, 0.5 + roll() * 1.1, 0, 7);
      pen.fill();
    }
  });
  return new MeshPhysicalMaterial({
    map,
    emissiveMap: map,
    emissive: 0xffffff,
    emissiveIntensity: 0.75,
    color: 0x222222,
    roughness: 1,
  });
}
