import {
  ACESFilmicToneMapping,
  type Camera,
  PMREMGenerator,
  type Scene,
  SRGBColorSpace,
  type Texture,
  WebGLRenderer,
} from "three";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";

/**
 * The one renderer of the page. Browsers allow few WebGL contexts, and a table may hold many models: each card
 * shows a copy of what is drawn here.
 */
export interface Darkroom {
  readonly renderer: WebGLRenderer;
  /** Soft light from all around, shared by all scenes. */
  readonly environment: Texture;
  /** Draws a scene and copies it onto a card's canvas. */
  print(scene: Scene, camera: Camera, onto: HTMLCanvasElement): void;
}

let open: { darkroom: Darkroom; users: number; close: () => void } | null = null;

/** Lends the darkroom; call the second value when done. The last to leave frees the graphics memory. */
export function enterDarkroom(): [Darkroom, () => void] {
  open ??= openDarkroom();
  const mine = open;
  mine.users += 1;
  let left = false;
  const leave = () => {
    if (left) return;
    left = true;
    mine.users -= 1;
    if (mine.users > 0) return;
    mine.close();
    if (open === mine) open = null;
  };
  return [mine.darkroom, leave];
}

function openDarkroom() {
  const renderer = new WebGLRenderer({ alpha: true, antialias: true, powerPreference: "low-power" });
  renderer.outputColorSpace = SRGBColorSpace;
  renderer.toneMapping = ACESFilmicToneMapping;
  renderer.toneMappingExposure = 1.05;
  renderer.setClearColor(0x000000, 0);
  const generator = new PMREMGenerator(renderer);
  const room = new RoomEnvironment();
  const target = generator.fromScene(room, 0.04);
  room.dispose();
  generator.dispose();
  const darkroom: Darkroom = {
    renderer,
    environment: target.texture,
    print(scene, camera, onto) {
      renderer.setRenderTarget(null);
      renderer.setSize(onto.width, onto.height, false);
      renderer.render(scene, camera);
      const paper = onto.getContext("2d");
      paper?.clearRect(0, 0, onto.width, onto.height);
      paper?.drawImage(renderer.domElement, 0, 0);
    },
  };
  const close = () => {
    target.dispose();
    renderer.dispose();
    renderer.forceContextLoss();
  };
  return { darkroom, users: 0, close };
}
