const columns = ["start", "pictures", "models", "refined"];

/** The table while it is being fetched, in the shape of what comes. */
export function Skeletons() {
  return (
    <>
      <h1 className="sr">Fetching your table</h1>
      <div className="table-head" aria-hidden="true">
        <div>
          <span className="skeleton line" style={{ width: 90 }} />
          <span className="skeleton line big" />
          <span className="skeleton line" style={{ width: 240 }} />
        </div>
      </div>
      <div className="board ghosts" id="board" tabIndex={-1} aria-busy="true">
        {columns.map((column, index) => (
          <div className={`col col-${index}`} key={column}>
            <span className="skeleton line" style={{ width: 70 }} />
            <div className="card">
              <span className="skeleton line" style={{ width: "60%" }} />
              <span className="skeleton block" />
              <span className="skeleton line" style={{ width: "80%" }} />
              <span className="skeleton line" style={{ width: "45%" }} />
            </div>
          </div>
        ))}
      </div>
    </>
  );
}
