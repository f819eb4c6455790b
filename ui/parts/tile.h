#pragma once

#include "ui/theme/look.h"
#include "ui/theme/shapes.h"

#include <QAbstractButton>

namespace signalbox::ui {

/// One number with its state, a line of its last minutes and a sentence. The whole tile leads to the list
/// behind it.
class Tile : public QAbstractButton {
    Q_OBJECT
public:
    Tile(JobStatus status, const QString &title, QWidget *parent = nullptr);
    struct Content {
        QString number;
        QString unit; ///< "of 16", "/ min"
        QString note; ///< the second line
        bool isNoteWarning = false;
        bool isZero = false; ///< the state and its number are drawn in muted
        QList<double> line;
        bool operator==(const Content &) const = default;
    };
    void setContent(const Content &content);
    [[nodiscard]] const Content &content() const { return m_content; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    JobStatus m_status;
    Content m_content;
};

} // namespace signalbox::ui
