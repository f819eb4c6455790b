#include "ui/models/worker_name.h"

#include "core/model/display_text.h"

namespace signalbox::ui {

QString shortWorker(const QString &workerId)
{
    const qsizetype slash = workerId.lastIndexOf(u'/');
    const qsizetype colon = workerId.indexOf(u':');
    if (slash < 0 && colon > 0) return displayLine(workerId.section(u':', 0, 1)); // a pool: host and process
    if (slash < 0 || colon < 0 || colon > slash) return displayLine(workerId);
    return displayLine(QString(workerId.left(colon) + workerId.mid(slash)));
}

} // namespace signalbox::ui
