package e2e_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// heap is the size of the JavaScript heap of all frames, without garbage.
func (v *visit) heap() (bytes float64) {
	v.t().Helper()
	v.page.do(heapprofiler.Enable(), heapprofiler.CollectGarbage(), heapprofiler.CollectGarbage(),
		chromedp.ActionFunc(func(ctx context.Context) (err error) {
			bytes, _, _, _, err = runtime.GetHeapUsage().Do(ctx)
			return err
		}))
	return bytes
}

// A state is what the probe has gathered in the page.
type state struct {
	Origin float64
	Long   [][2]float64
	Shift  float64
	Wasm   float64
}

func (s state) busy() (ms float64) {
	for _, task := range s.Long {
		ms += task[1]
	}
	return ms
}

func (v *visit) look() (s state) {
	v.t().Helper()
	if err := json.Unmarshal([]byte(v.eval(`bench()`)), &s); err != nil {
		v.t().Fatal(err)
	}
	return s
}

func now() float64 { return float64(time.Now().UnixNano()) / 1e6 }
