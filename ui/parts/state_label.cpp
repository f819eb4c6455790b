#include "ui/parts/state_label.h"

#include "ui/parts/paint_state.h"
#include "ui/theme/words.h"

#include <QPainter>

#include <cmath>

namespace signalbox::ui {

StateLabel::StateLabel(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(wordOf(m_status));
}

void StateLabel::setStatus(JobStatus status)
{
    m_status = status;
    setAccessibleName(wordOf(status));
    updateGeometry();
    update();
}

QSize StateLabel::sizeHint() const
{
    const Look &look = lookOf(this);
    return {static_cast<int>(std::ceil(badgeWidth(look, m_status))), look.badgeHeight + 2};
}

void StateLabel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    paintBadge(painter, rect(), lookOf(this), m_status, false);
}

} // namespace signalbox::ui
