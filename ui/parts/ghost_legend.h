#pragma once

#include <QWidget>

namespace signalbox::ui {

/// What the line in a progress bar means.
class GhostLegend : public QWidget {
    Q_OBJECT
public:
    explicit GhostLegend(QWidget *parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace signalbox::ui
