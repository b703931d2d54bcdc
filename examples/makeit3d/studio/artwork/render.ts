import {
  ACESFilmicToneMapping,
  DirectionalLight,
  HemisphereLight,
  PerspectiveCamera,
  PMREMGenerator,
  type Scene,
  Vector3,
  VSMShadowMap,
  WebGLRenderer,
} from "three";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";
import { stills } from "./stills.ts";
import type { Still } from "./workshop.ts";

const pixels = 800;

/**
 * Draws a still many times, each time with the lamps a little elsewhere, and takes the mean: soft shadows and soft
 * corners without a path tracer. Gives the picture as a PNG's data URL.
 */
async function picture(name: string, samples: number): Promise<string> {
  const still = stills[name]?.();
  if (!still) throw new Error(`There is no still named ${name}.`);
  const renderer = new WebGLRenderer({ alpha: true, antialias: true, preserveDrawingBuffer: true });
  renderer.setSize(pixels, pixels, false);
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = VSMShadowMap;
  renderer.toneMapping = ACESFilmicToneMapping;
  renderer.toneMappingExposure = still.exposure ?? 1;
  renderer.setClearColor(0x000000, 0);
  still.scene.environment = new PMREMGenerator(renderer).fromScene(new RoomEnvironment(), 0.03).texture;
  still.scene.environmentIntensity = still.room ?? 0.35;
  const camera = new PerspectiveCamera(26, 1, 0.1, 60);
  camera.position.set(...still.from);
  camera.lookAt(new Vector3(...still.at));
  const lamps = lampsFor(still);
  const sum = new Float64Array(pixels * pixels * 4);
  const paper = document.createElement("canvas");
  paper.width = paper.height = pixels;
  const sheet = paper.getContext("2d", { willReadFrequently: true });
  if (!sheet) throw new Error("No canvas.");
  for (let sample = 0; sample < samples; sample += 1) {
    lamps.place(sample, samples);
    // A hair's breadth aside: the mean has no stairs.
    camera.setViewOffset(pixels, pixels, radical(sample, 2) - 0.5, radical(sample, 3) - 0.5, pixels, pixels);
    renderer.render(still.scene, camera);
    sheet.clearRect(0, 0, pixels, pixels);
    sheet.drawImage(renderer.domElement, 0, 0);
    const { data } = sheet.getImageData(0, 0, pixels, pixels);
    for (let index = 0; index < data.length; index += 4) {
      const alpha = data[index + 3] ?? 0;
      for (let part = 0; part < 3; part += 1)
        sum[index + part] = (sum[index + part] ?? 0) + ((data[index + part] ?? 0) * alpha) / 255;
      sum[index + 3] = (sum[index + 3] ?? 0) + alpha;
    }
  }
  const mean = sheet.createImageData(pixels, pixels);
  for (let index = 0; index < sum.length; index += 4) {
    const alpha = (sum[index + 3] ?? 0) / samples;
    for (let part = 0; part < 3; part += 1)
      mean.data[index + part] = alpha > 0 ? (((sum[index + part] ?? 0) / samples) * 255) / alpha : 0;
    mean.data[index + 3] = alpha;
  }
  sheet.putImageData(mean, 0, 0);
  renderer.dispose();
  renderer.forceContextLoss();
  return paper.toDataURL("image/png");
}

/** One lamp with a wide shade, and the sky, of which each sample sees one spot. */
function lampsFor(still: Still) {
  const key = shadowed(new DirectionalLight(still.keyColor ?? 0xffedd8, still.key ?? 2.2));
  const sky = shadowed(new DirectionalLight(still.skyColor ?? 0xdfeaff, still.sky ?? 1.5));
  const scene: Scene = still.scene;
  scene.add(key, key.target, sky, sky.target, new HemisphereLight(0xffffff, 0x8a7a68, 0.16));
  const main = new Vector3(...(still.keyFrom ?? [-4, 6, 4]));
  return {
    place(sample: number, samples: number) {
      const angle = radical(sample, 2) * Math.PI * 2;
      const reach = Math.sqrt(radical(sample, 3)) * 0.9;
      key.position.set(
        main.x + Math.cos(angle) * reach,
        main.y + Math.sin(angle) * reach,
        main.z + Math.sin(angle * 1.7) * reach,
      );
      const around = radical(sample, 5) * Math.PI * 2;
      const up = Math.sqrt((sample + 0.5) / samples);
      const out = Math.sqrt(1 - up * up);
      sky.position.set(Math.cos(around) * out * 8, up * 8, Math.sin(around) * out * 8);
    },
  };
}

function shadowed(light: DirectionalLight): DirectionalLight {
  light.castShadow = true;
  light.shadow.mapSize.set(1024, 1024);
  light.shadow.radius = 2;
  light.shadow.bias = -0.0006;
  light.shadow.normalBias = 0.012;
  Object.assign(light.shadow.camera, { left: -3.4, right: 3.4, top: 3.4, bottom: -3.4, near: 0.5, far: 20 });
  return light;
}

/** The van der Corput sequence: spreads samples evenly. */
function radical(index: number, base: number): number {
  let [result, fraction] = [0, 1 / base];
  for (let rest = index + 1; rest > 0; rest = Math.floor(rest / base)) {
    result += (rest % base) * fraction;
    fraction /= base;
  }
  return result;
}

Object.assign(globalThis, { picture });
