#pragma once

#include <QString>

namespace signalbox::ui {

/// "host/3" of a worker's id `host:pid:random/3`, "host:pid" of a pool's `host:pid:random`; the id itself
/// where it has another form.
[[nodiscard]] QString shortWorker(const QString &workerId);

} // namespace signalbox::ui
