import {
  Color,
  DirectionalLight,
  Group,
  HemisphereLight,
  LineBasicMaterial,
  LineSegments,
  MeshBasicMaterial,
  MeshStandardMaterial,
  PerspectiveCamera,
  Scene,
  WireframeGeometry,
} from "three";
import { castContactShadow } from "./contact-shadow.ts";
import type { Darkroom } from "./darkroom.ts";
import { type LoadedModel, meshesOf } from "./load-model.ts";

/** How one moment looks. */
export interface View {
  yaw: number;
  pitch: number;
  wireframe: boolean;
  dark: boolean;
  /** Leaves room at the foot, where a card has its range. */
  raised: boolean;
}

/** A model on its ground, lit: a soft key from the upper left, the room around it, a shadow where it stands. */
export interface StillLife {
  show(view: View, canvas: HTMLCanvasElement): void;
  dispose(): void;
}

export function arrange(darkroom: Darkroom, model: LoadedModel): StillLife {
  const scene = new Scene();
  scene.environment = darkroom.environment;
  const key = new DirectionalLight(0xfff4e6, 1.9);
  key.position.set(-3, 4, 3.4);
  const rim = new DirectionalLight(0xe6f0ff, 0.7);
  rim.position.set(3.5, 1.6, -2);
  // Without the room's own light there is the sky's.
  const sky = new HemisphereLight(0xffffff, 0x9b938a, darkroom.environment ? 0 : 1.7);
  if (!darkroom.environment) dull(model);
  // The lights stay where they are, and the thing turns in them.
  const turntable = new Group();
  const shadow = castContactShadow(darkroom, model.root);
  turntable.add(model.root, shadow.plane);
  scene.add(key, rim, sky, turntable);
  const camera = new PerspectiveCamera(28, 1, 0.1, 60);
  let wires: Wires | null = null;
  return {
    show({ yaw, pitch, wireframe, dark, raised }, canvas) {
      turntable.rotation.y = yaw;
      shadow.setStrength((dark ? 0.9 : 0.5) * (wireframe ? 0.35 : 1));
      scene.environmentIntensity = dark ? 0.42 : 0.52;
      if (!darkroom.environment) sky.intensity = dark ? 1.3 : 1.7;
      if (wireframe) wires ??= wiresOf(model);
      wires?.set(wireframe, dark);
      aim(camera, model, pitch, canvas.width / canvas.height, raised);
      darkroom.print(scene, camera, canvas);
    },
    dispose() {
      wires?.dispose();
      shadow.dispose();
      model.dispose();
    },
  };
}

/** Looks down at the thing from where all of it is seen, however it is turned. */
function aim(
  camera: PerspectiveCamera,
  model: LoadedModel,
  pitch: number,
  aspect: number,
  raised: boolean,
): void {
  const middle = model.height / 2;
  const reach = Math.hypot(model.radius, middle);
  const vertical = (camera.fov * Math.PI) / 360;
  const across = Math.atan(Math.tan(vertical) * aspect);
  const up = middle * Math.cos(pitch) + model.radius * Math.sin(pitch);
  const distance = Math.max(
    (model.radius * 1.12) / Math.sin(across),
    (Math.min(reach, up) * (raised ? 1.36 : 1.22)) / Math.sin(vertical),
  );
  camera.aspect = aspect;
  camera.position.set(0, middle + Math.sin(pitch) * distance, Math.cos(pitch) * distance);
  camera.lookAt(0, middle * 0.96, 0);
  if (raised) camera.setViewOffset(100, 100, 0, 5, 100, 100);
  else camera.clearViewOffset();
  camera.updateProjectionMatrix();
}

/** Metal shows nothing but what it mirrors: where there is nothing to mirror, it is shown as paint. */
function dull(model: LoadedModel): void {
  for (const mesh of meshesOf(model.root)) {
    const materials = Array.isArray(mesh.material) ? mesh.material : [mesh.material];
    for (const material of materials)
      if (material instanceof MeshStandardMaterial) material.metalness = Math.min(material.metalness, 0.25);
  }
}

interface Wires {
  set(on: boolean, dark: boolean): void;
  dispose(): void;
}

/** The edges of every face, without those behind: the faces stay, but only to hide what is at the back. */
function wiresOf(model: LoadedModel): Wires {
  const ink = new LineBasicMaterial({ transparent: true, opacity: 0.62 });
  const veil = new MeshBasicMaterial({
    colorWrite: false,
    polygonOffset: true,
    polygonOffsetFactor: 1,
    polygonOffsetUnits: 1,
  });
  const parts = meshesOf(model.root).map((mesh) => {
    const lines = new LineSegments(new WireframeGeometry(mesh.geometry), ink);
    lines.renderOrder = 1;
    mesh.add(lines);
    return { mesh, lines, material: mesh.material };
  });
  return {
    set(on, dark) {
      ink.color = new Color(dark ? 0xeef1ef : 0x161a19);
      for (const { mesh, lines, material } of parts) {
        mesh.material = on ? veil : material;
        lines.visible = on;
      }
    },
    dispose() {
      for (const { mesh, lines, material } of parts) {
        mesh.material = material;
        mesh.remove(lines);
        lines.geometry.dispose();
      }
      ink.dispose();
      veil.dispose();
    },
  };
}
